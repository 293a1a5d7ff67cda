import { mergeAttributes, Node } from '@tiptap/core'
import Image, { type ImageOptions } from '@tiptap/extension-image'
import { VueNodeViewRenderer } from '@tiptap/vue-3'
import { addressOf, elsewhere, sourceOf } from './address'
import FileView from './FileView.vue'
import PictureView from './PictureView.vue'
import { LARGER, resize, SMALLER } from './picture'

/** The document that the attachments are of, and what opens the form for a picture's description. */
export interface Place { id: string, describe?: () => void }

const MOST_PIXELS = 10_000

function pixels(name: 'width' | 'height') {
  return {
    default: null,
    parseHTML: (element: HTMLElement) => {
      const found = /^(\d+)(px)?$/.exec(element.getAttribute(name)?.trim() ?? '')?.[1]
      const size = Number(found)
      return size >= 1 && size <= MOST_PIXELS ? size : null
    },
  }
}

/** Buttons, links and handles within a picture or a file are none of the editor's business. */
const stopEvent = ({ event }: { event: Event }) =>
  event.target instanceof Element && event.target.closest('button, a, .doc-picture-handle') !== null

/** A picture, which the document has as an attachment: one of elsewhere would tell strangers who reads. */
export function picture({ id, describe }: Place) {
  return Image.extend<ImageOptions & Pick<Place, 'id'>>({
    addOptions() {
      return { ...this.parent!(), id }
    },
    addInputRules: () => [],
    addAttributes: () => ({
      src: {
        default: null,
        parseHTML: (element: HTMLElement) => sourceOf(id, element.getAttribute('src')),
        // What waits to be fetched is never drawn.
        renderHTML: ({ src }: Record<string, unknown>) => ({ src: addressOf(id, src) ?? elsewhere(src) }),
      },
      alt: { default: null },
      title: { default: null },
      width: pixels('width'),
      height: pixels('height'),
    }),
    parseHTML: () => [{
      tag: 'img[src]',
      getAttrs: (element) => sourceOf(id, element.getAttribute('src')) ? null : false,
    }],
    renderText: ({ node }: { node: { attrs: Record<string, unknown> } }) => String(node.attrs.alt ?? ''),
    addNodeView: () => VueNodeViewRenderer(PictureView, { stopEvent }),
    addKeyboardShortcuts() {
      const { editor } = this
      const withPicture = (run: () => void) => () => {
        if (!editor.isActive('image')) return false
        run()
        return true
      }
      return {
        'Mod-Alt-y': withPicture(() => describe?.()),
        'Mod-Alt-k': withPicture(() => resize(editor, LARGER)),
        'Mod-Alt-j': withPicture(() => resize(editor, SMALLER)),
      }
    },
  })
}

/** The link that a paragraph consists of, where it is one to a file of the document, or of another. */
function fileIn(id: string, element: HTMLElement): Record<string, unknown> | false {
  const link = element.querySelector('a')
  if (!link || link.textContent !== element.textContent || element.querySelector('img')) return false
  const src = sourceOf(id, link.getAttribute('href'))
  if (!src) return false
  const { bytes, kind } = link.dataset
  const size = Number.isSafeInteger(Number(bytes)) && Number(bytes) > 0 ? Number(bytes) : null
  return { src, name: link.textContent?.trim() || null, kind: kind || null, bytes: size }
}

/** A file of any kind, to be downloaded. */
export function file({ id }: Place) {
  return Node.create<Pick<Place, 'id'>>({
    name: 'file',
    addOptions: () => ({ id }),
    group: 'block',
    atom: true,
    draggable: true,

    addAttributes: () => ({
      src: { default: null, rendered: false },
      name: { default: null, rendered: false },
      bytes: { default: null, rendered: false },
      kind: { default: null, rendered: false },
    }),

    // Before what a paragraph and a link are otherwise.
    parseHTML: () => [{ tag: 'p', priority: 60, getAttrs: (element) => fileIn(id, element) }],

    renderHTML({ node }) {
      const { src, name, bytes, kind } = node.attrs
      const link = { href: addressOf(id, src) ?? elsewhere(src), download: '', 'data-bytes': bytes, 'data-kind': kind }
      return ['p', mergeAttributes({ class: 'doc-file' }), ['a', link, String(name ?? '')]]
    },

    renderText: ({ node }) => String(node.attrs.name ?? ''),
    addNodeView: () => VueNodeViewRenderer(FileView, { stopEvent }),
  })
}
