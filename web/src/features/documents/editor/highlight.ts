import { Extension } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { Plugin, PluginKey } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'

interface Span { from: number, to: number, class: string }
interface Block { pos: number, node: Node }
interface Coloured { blocks: Block[], decorations: DecorationSet }
type Colourist = typeof import('./languages')

const key = new PluginKey<Coloured>('code-colours')
const FRESH = 'code-colours-fresh'

/** A block that has not changed keeps its colours, however long the document is. */
let spans = new WeakMap<Node, Span[]>()
let colourist: Colourist | null = null

function blocksOf(doc: Node): Block[] {
  const found: Block[] = []
  doc.descendants((node, pos) => {
    if (node.type.name === 'codeBlock') found.push({ pos, node })
    return !node.isTextblock
  })
  return found
}

function spansOf(node: Node): Span[] {
  const language = node.attrs.language as string | null
  const known = spans.get(node) ?? (language ? colourist?.coloured(language, node.textContent) : []) ?? []
  spans.set(node, known)
  return known
}

function colour(doc: Node, blocks: Block[]): DecorationSet {
  const decorations = blocks.flatMap(({ pos, node }) => spansOf(node).map((span) =>
    Decoration.inline(pos + 1 + span.from, pos + 1 + span.to, { class: span.class })))
  return DecorationSet.create(doc, decorations)
}

function isSame(one: Block[], other: Block[]): boolean {
  return one.length === other.length && one.every(({ node }, at) => node === other[at]?.node)
}

/** Colours in code: what paints, and each language, is fetched with the first block that asks for it. */
export const CodeColours = Extension.create({
  name: 'codeColours',
  addProseMirrorPlugins: () => [new Plugin<Coloured>({
    key,
    state: {
      init(_config, { doc }) {
        const blocks = blocksOf(doc)
        return { blocks, decorations: colour(doc, blocks) }
      },
      apply(tr, before) {
        if (!tr.docChanged && !tr.getMeta(FRESH)) return before
        const blocks = blocksOf(tr.doc)
        const same = !tr.getMeta(FRESH) && isSame(blocks, before.blocks)
        const decorations = same ? before.decorations.map(tr.mapping, tr.doc) : colour(tr.doc, blocks)
        return { blocks, decorations }
      },
    },
    props: { decorations: (state) => key.getState(state)?.decorations },
    view(view) {
      async function fetch(): Promise<void> {
        const wanted = key.getState(view.state)?.blocks.map(({ node }) => node.attrs.language as string | null) ?? []
        if (!wanted.some(Boolean)) return
        colourist ??= await import('./languages')
        if (!await colourist.learn(wanted) || view.isDestroyed) return
        spans = new WeakMap()
        view.dispatch(view.state.tr.setMeta(FRESH, true).setMeta('addToHistory', false))
      }
      const follow = () => void fetch().catch(() => undefined)
      follow()
      return { update: (_view, before) => { if (before.doc !== view.state.doc) follow() } }
    },
  })],
})
