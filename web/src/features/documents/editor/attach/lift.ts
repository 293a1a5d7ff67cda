import type { Node } from '@tiptap/pm/model'
import type { Transaction } from '@tiptap/pm/state'
import { elsewhere } from './address'

/** Something that a text has brought along and that is not here yet, and where it belongs. */
export interface Lifted { pos: number, node: Node, address: string }

function wantedIn(doc: Node): Lifted[] {
  const found: Lifted[] = []
  doc.descendants((node, pos) => {
    const address = elsewhere(node.attrs.src)
    if (address) found.push({ pos, node, address })
    return !node.isTextblock
  })
  return found
}

function remove(tr: Transaction, pos: number): void {
  const $pos = tr.doc.resolve(pos)
  const end = pos + $pos.nodeAfter!.nodeSize
  if ($pos.parent.canReplace($pos.index(), $pos.index() + 1)) tr.delete(pos, end)
  else tr.replaceWith(pos, end, tr.doc.type.schema.nodes.paragraph!.create())
}

/** Takes out of what is put in whatever has to be fetched first: nobody else sees it, and no undo brings it back. */
export function lift(tr: Transaction): Lifted[] {
  const found = wantedIn(tr.doc)
  const before = tr.mapping.maps.length
  found.toReversed().forEach(({ pos }) => remove(tr, pos))
  return found.map((each) => ({ ...each, pos: tr.mapping.slice(before).map(each.pos, -1) }))
}

/** Whether a text has something along that is not here. */
export function hasElsewhere(nodes: { descendants: Node['descendants'] }): boolean {
  let found = false
  nodes.descendants((node) => {
    found ||= elsewhere(node.attrs.src) !== null
    return !found && !node.isTextblock
  })
  return found
}
