const OWN = 'attachment:'
/** What is to be fetched before it can stand in the document: a picture in the HTML, or of another document. */
const ELSEWHERE = 'fetch:'
const PATH = /^\/api\/documents\/([\w-]+)\/attachments\/([\w-]+)$/
const DATA = /^data:image\/(?:png|jpeg|gif|webp);base64,/i

/** Where an attachment of a document is; a text names it without its document, so that a copy of that has its own. */
export function addressOf(documentId: string, src: unknown): string | null {
  const id = String(src ?? '')
  if (!id.startsWith(OWN)) return null
  return `${window.location.origin}/api/documents/${encodeURIComponent(documentId)}/attachments/${id.slice(OWN.length)}`
}

/** What an address is to a document: an attachment of it, something that can be added to it, or null. */
export function sourceOf(documentId: string, address: string | null): string | null {
  if (!address) return null
  if (DATA.test(address)) return ELSEWHERE + address
  if (!URL.canParse(address, window.location.href)) return null
  const { origin, pathname } = new URL(address, window.location.href)
  const [, whose, id] = PATH.exec(pathname) ?? []
  if (!id || origin !== window.location.origin) return null
  return whose === documentId ? OWN + id : ELSEWHERE + pathname
}

/** The address of what has to be fetched first; null for what is there. */
export function elsewhere(src: unknown): string | null {
  const text = String(src ?? '')
  return text.startsWith(ELSEWHERE) ? text.slice(ELSEWHERE.length) : null
}

export const sourceOfNew = (id: string) => OWN + id
