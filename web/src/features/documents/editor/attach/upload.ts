import { type Answer, ask, type Call, type Problem, refusal } from '@/ask'
import { sayLost } from '@/lost'
import { hasSentence, sentence } from '@/sentence'
import { t } from '@/words/t'

/** What the server has of a file that was added to a document. */
export interface Attachment {
  id: string
  name: string
  type: string
  bytes: number
  width: number | null
  height: number | null
  url: string
}

interface Watcher { signal: AbortSignal, progress: (share: number) => void }

export const PICTURES = ['image/png', 'image/jpeg', 'image/webp', 'image/gif']
const LONGEST_NAME = 200
const MEGABYTE = 1024 * 1024
const LARGEST = { picture: 20 * MEGABYTE, file: 25 * MEGABYTE }

/** Why it need not be sent at all. */
export function tooLarge({ type, size }: Blob): Problem | null {
  const limit = PICTURES.includes(type) ? LARGEST.picture : LARGEST.file
  return size > limit ? refusal('ATTACHMENT_TOO_LARGE') : null
}

/** Only this tells how much of it has gone up. */
function post(address: string, body: Blob, { signal, progress }: Watcher): Promise<XMLHttpRequest> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', address)
    request.responseType = 'json'
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.upload.onprogress = ({ loaded, total }) => { if (total) progress(loaded / total) }
    request.onload = () => resolve(request)
    request.onerror = request.onabort = () => reject(new Error('nothing came back'))
    signal.addEventListener('abort', () => request.abort(), { once: true })
    request.send(body)
  })
}

function sent(address: string, body: Blob, watcher: Watcher): Call<Attachment> {
  return async (watch) => {
    const request = await post(address, body, watcher)
    const said = request.response as (Attachment & { code?: string, message?: string }) | null
    if (request.status === 200 && said) return { data: said, error: null }
    if (request.status === 401) sayLost()
    const headers = { 'Retry-After': request.getResponseHeader('Retry-After') ?? '' }
    watch.onError({ response: new Response(null, { headers }) })
    return { data: null, error: { status: request.status, code: said?.code, message: said?.message } }
  }
}

/** Adds a file to a document: a picture, or whatever else it is. */
export async function upload(
  documentId: string, body: Blob, name: string, watcher: Watcher,
): Promise<Answer<Attachment>> {
  const query = new URLSearchParams({ name: name.slice(-LONGEST_NAME) || t('File') })
  const address = `/api/documents/${encodeURIComponent(documentId)}/attachments?${query}`
  const { data, problem } = await ask(sent(address, body, watcher))
  if (!problem) return { data, problem }
  // A server without room says so by a status that others mean worse with.
  return { data: null, problem: hasSentence(problem.code) ? { ...problem, text: sentence(problem.code) } : problem }
}

function decoded(address: string): Blob {
  const [head = '', text = ''] = address.split(',', 2)
  const bytes = Uint8Array.from(atob(decodeURIComponent(text)), (each) => each.charCodeAt(0))
  return new Blob([bytes], { type: head.slice('data:'.length).split(';')[0] })
}

const cannot = (text: string): { data: null, problem: Problem } => ({ data: null, problem: { kind: 'refused', code: '', text } })

/** What a pasted text has elsewhere: in itself, or in another document that the person may read. */
export async function fetched(address: string, signal: AbortSignal): Promise<Answer<Blob>> {
  if (address.startsWith('data:')) {
    try {
      return { data: decoded(address), problem: null }
    } catch {
      return cannot(t('This picture cannot be read.'))
    }
  }
  const asked = async () => ({ data: await fetch(address, { signal }), error: null })
  const { data: response, problem } = await ask<Response>(asked)
  if (problem) return { data: null, problem }
  if (!response.ok) return cannot(t('This could not be copied: it is not there any more, or you may not read the document that it is from.'))
  return ask<Blob>(async () => ({ data: await response.blob(), error: null }))
}
