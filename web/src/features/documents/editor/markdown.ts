import type { JSONContent } from '@tiptap/core'
import { MarkdownManager } from '@tiptap/markdown'
import { schemaExtensions } from './extensions'
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
function links(node: JSONContent): JSONContent {
  if (node.type !== 'image') return node.content ? { ...node, content: node.content.map(links) } : node
  const href = String(node.attrs?.src ?? '')
  const text = { type: 'text', text: String(node.attrs?.alt || href), marks: [{ type: 'link', attrs: { href } }] }
  return { type: 'paragraph', content: href ? [text] : [] }
}

/** Markdown as blocks of a document. */
export function blocksOf(text: string): JSONContent[] {
  return links(callouts(manager.parse(text))).content ?? []
}
