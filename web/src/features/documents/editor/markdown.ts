import type { JSONContent } from '@tiptap/core'
import { MarkdownManager } from '@tiptap/markdown'
import { schemaExtensions } from './extensions'
import { sourceOf } from './attach/address'
import { KINDS } from './nodes'

const manager = new MarkdownManager({ extensions: schemaExtensions(), markedOptions: { gfm: true } })
const CALLOUT = /^\[!(\w+)\]\s*/

/** A quote that begins with [!NOTE] is a callout, as at GitHub. */
function callouts(node: JSONContent): JSONContent {
  const content = node.content?.map(callouts)
  const first = content?.[0]?.content?.[0]
  const kind = CALLOUT.exec(first?.text ?? '')?.[1]?.toLowerCase()
  if (node.type !== 'blockquote' || !kind || !KINDS.some((each) => each === kind)) return content ? { ...node, content } : node
  const rest = first!.text!.replace(CALLOUT, '').trimStart()
  const words = [...rest ? [{ ...first, text: rest }] : [], ...content![0]!.content!.slice(1)]
  const lines = [...words.length ? [{ ...content![0], content: words }] : [], ...content!.slice(1)]
  return { type: 'callout', attrs: { kind }, content: lines.length ? lines : [{ type: 'paragraph' }] }
}

/** No picture of elsewhere is fetched: its address stays, as a link. */
function linked(node: JSONContent): JSONContent {
  const href = String(node.attrs?.src ?? '')
  const text = { type: 'text', text: String(node.attrs?.alt || href), marks: [{ type: 'link', attrs: { href } }] }
  return { type: 'paragraph', content: /^https?:/i.test(href) ? [text] : [] }
}

/** A paragraph that is but a link to a file of a document is that file. */
function fileOf({ type, content }: JSONContent, documentId: string): JSONContent | null {
  const [only, more] = content ?? []
  const href = only?.marks?.find((each) => each.type === 'link')?.attrs?.href as string | undefined
  const src = type === 'paragraph' && !more && href ? sourceOf(documentId, href) : null
  return src ? { type: 'file', attrs: { src, name: only!.text } } : null
}

function attached(node: JSONContent, documentId: string): JSONContent {
  if (node.type === 'image') {
    const src = sourceOf(documentId, String(node.attrs?.src ?? ''))
    return src ? { ...node, attrs: { ...node.attrs, src } } : linked(node)
  }
  const content = node.content?.map((each) => attached(each, documentId))
  return fileOf(node, documentId) ?? (content ? { ...node, content } : node)
}

/** Markdown as blocks of a document. */
export function blocksOf(text: string, documentId = ''): JSONContent[] {
  return attached(callouts(manager.parse(text)), documentId).content ?? []
}
