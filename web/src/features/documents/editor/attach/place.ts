import type { Node, NodeType } from '@tiptap/pm/model'

/**
 * Where a block can be put that is meant for a position: in the place itself between blocks, else before the block
 * whose start or emptiness it is, else behind the block. A text is never split for it.
 */
export function placeFor(doc: Node, pos: number, type: NodeType): number {
  const $pos = doc.resolve(Math.max(0, Math.min(pos, doc.content.size)))
  for (let depth = $pos.parent.isTextblock ? $pos.depth - 1 : $pos.depth; depth >= 0; depth--) {
    const index = $pos.index(depth)
    const inside = depth < $pos.depth
    const first = inside && $pos.pos === $pos.start(depth + 1)
    const tries = first || !inside ? [index, index + 1] : [index + 1, index]
    const parent = $pos.node(depth)
    const found = tries.find((at) => at <= parent.childCount && parent.canReplaceWith(at, at, type))
    if (found !== undefined) return $pos.posAtIndex(found, depth)
  }
  return doc.content.size
}
