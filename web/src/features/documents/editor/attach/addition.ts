import type { Answer, Problem } from '@/ask'

/** What is to be added to the document, once all of it is here. */
export interface Addition {
  name: string
  picture: boolean
  load: (signal: AbortSignal) => Promise<Answer<Blob>>
  /** What is known of it where it comes from: what it shows, how large it was drawn. */
  attrs?: Record<string, unknown>
}

/** How it stands with an addition, for whoever draws its place in the text. */
export interface Standing { name: string, picture: boolean, share: number | null, problem: Problem | null }
