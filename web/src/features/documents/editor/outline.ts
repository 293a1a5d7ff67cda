import type { Node } from '@tiptap/pm/model'

export interface Heading { level: number, text: string, pos: number }
export interface Overview { headings: Heading[], words: number, characters: number }

const words = new Intl.Segmenter(undefined, { granularity: 'word' })
/** A block is counted once, until it changes. */
const counted = new WeakMap<Node, number>()

function wordsOf(node: Node): number {
  const known = counted.get(node)
  if (known !== undefined) return known
  const text = node.textBetween(0, node.content.size, ' ', ' ')
  let count = 0
  for (const { isWordLike } of words.segment(text)) if (isWordLike) count++
  counted.set(node, count)
  return count
}

/** The headings of a document, and how long it is. */
export function overviewOf(doc: Node): Overview {
  const found: Overview = { headings: [], words: 0, characters: 0 }
  doc.descendants((node, pos) => {
    if (!node.isTextblock) return true
    found.words += wordsOf(node)
    found.characters += node.textContent.length
    if (node.type.name === 'heading' && node.textContent.trim()) {
      found.headings.push({ level: node.attrs.level as number, text: node.textContent, pos })
    }
    return false
  })
  return found
}
