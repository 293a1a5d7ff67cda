import { Extension } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { type EditorState, Plugin, PluginKey, TextSelection } from '@tiptap/pm/state'
import { Decoration, DecorationSet, type EditorView } from '@tiptap/pm/view'

export interface Query { text: string, exact: boolean }
interface Hit { from: number, to: number }
interface Found { query: Query, hits: Hit[], at: number, decorations: DecorationSet }

const key = new PluginKey<Found>('find')
const NOTHING: Found = { query: { text: '', exact: false }, hits: [], at: -1, decorations: DecorationSet.empty }
/** What stands for a picture or a mention in the text that is searched. */
const ATOM = '\ufffc'

const plain = (text: string, exact: boolean) => exact ? text : text.toLocaleLowerCase()

/** All places of a text; never across two blocks. Where lower case is longer, only the exact text is found. */
export function placesOf(doc: Node, { text, exact }: Query): Hit[] {
  const hits: Hit[] = []
  if (!text) return hits
  const wanted = plain(text, exact)
  doc.descendants((node, pos) => {
    if (!node.isTextblock) return true
    const content = node.textBetween(0, node.content.size, undefined, ATOM)
    const lower = plain(content, exact)
    const searched = lower.length === content.length ? lower : content
    for (let at = searched.indexOf(wanted); at >= 0; at = searched.indexOf(wanted, at + wanted.length)) {
      hits.push({ from: pos + 1 + at, to: pos + 1 + at + wanted.length })
    }
    return false
  })
  return hits
}

function foundIn(state: Pick<EditorState, 'doc'>, query: Query, near: number): Found {
  const hits = placesOf(state.doc, query)
  const next = hits.findIndex(({ to }) => to >= near)
  const at = hits.length ? Math.max(0, next) : -1
  const decorations = hits.map(({ from, to }, index) =>
    Decoration.inline(from, to, { class: index === at ? 'doc-hit doc-hit-now' : 'doc-hit' }))
  return { query, hits, at, decorations: DecorationSet.create(state.doc, decorations) }
}

/** Shows where the text stands that is searched for; nothing of the document changes by it. */
export const Find = Extension.create({
  name: 'find',
  addProseMirrorPlugins: () => [new Plugin<Found>({
    key,
    state: {
      init: () => NOTHING,
      apply(tr, before) {
        const asked = tr.getMeta(key) as { query: Query, near: number } | undefined
        if (asked) return asked.query.text ? foundIn(tr, asked.query, asked.near) : NOTHING
        if (!tr.docChanged || !before.query.text) return before
        return foundIn(tr, before.query, tr.mapping.map(before.hits[before.at]?.from ?? 0))
      },
    },
    props: { decorations: (state) => key.getState(state)?.decorations },
  })],
})

/** How many there are, and which of them is looked at, from 1. */
export function standOf(state: EditorState): { count: number, number: number } {
  const { hits, at } = key.getState(state) ?? NOTHING
  return { count: hits.length, number: at + 1 }
}

function show(view: EditorView, query: Query, near: number): void {
  view.dispatch(view.state.tr.setMeta(key, { query, near }))
  view.dom.querySelector('.doc-hit-now')?.scrollIntoView({ block: 'center' })
}

/** Searches from where the cursor is. */
export function search(view: EditorView, query: Query): void {
  show(view, query, view.state.selection.from)
}

/** The next one, or the one before; round the end. */
export function step(view: EditorView, by: 1 | -1): void {
  const { query, hits, at } = key.getState(view.state) ?? NOTHING
  const next = hits[(at + by + hits.length) % hits.length]
  if (next) show(view, query, next.to)
}

/** Puts another text in the place of the one looked at, and goes on to the next. */
export function replaceOne(view: EditorView, by: string): void {
  const { query, hits, at } = key.getState(view.state) ?? NOTHING
  const hit = hits[at]
  if (!hit) return
  view.dispatch(view.state.tr.insertText(by, hit.from, hit.to))
  show(view, query, hit.from + by.length + 1)
}

/** All of them in one step, which one undo takes back; how many it were. */
export function replaceAll(view: EditorView, by: string): number {
  const { hits } = key.getState(view.state) ?? NOTHING
  const { tr } = view.state
  hits.toReversed().forEach(({ from, to }) => tr.insertText(by, from, to))
  view.dispatch(tr)
  return hits.length
}

/** Ends the search where it is: the cursor stands at what was found. */
export function endSearch(view: EditorView): void {
  const { hits, at } = key.getState(view.state) ?? NOTHING
  const hit = hits[at]
  const { tr } = view.state
  if (hit) tr.setSelection(TextSelection.create(tr.doc, hit.from, hit.to))
  view.dispatch(tr.setMeta(key, { query: NOTHING.query, near: 0 }))
}
