import type { Sentence } from '@/words/t'
/** What a feature may add to the app: one value, listed in features/index.ts. */
export interface Feature {
  /** What its codes mean, each in a sentence. */
  sentences: Record<string, Sentence>
}
