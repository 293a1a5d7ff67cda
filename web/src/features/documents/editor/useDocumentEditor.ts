import type { AnyExtension } from '@tiptap/core'
import Collaboration from '@tiptap/extension-collaboration'
import CollaborationCaret from '@tiptap/extension-collaboration-caret'
import { Placeholder } from '@tiptap/extensions'
import type { Slice } from '@tiptap/pm/model'
import type { EditorView } from '@tiptap/pm/view'
import { Editor } from '@tiptap/vue-3'
import { onBeforeUnmount, type Ref, shallowRef, watch } from 'vue'
import { t } from '@/words/t'
import type { Live } from '../live/provider'
import { bring, takeDrop, takePaste } from './attach/incoming'
import { Uploads } from './attach/uploads'
import { CodeColours } from './highlight'
import { schemaExtensions } from './extensions'
import { Find } from './find'
import { cleanHtml, looksLikeMarkdown, pasteMarkdown } from './paste'
import { type Choice, mentionMenu, slashMenu, usePicking } from './pick'
import { Redo } from './redo'

/** What a composition leaves open until it is over, and a moment more. */
const COMPOSED = 50
const COLOUR = /^#[0-9a-f]{6}$/i

/** A cursor of somebody else's: who it is can be read, and not by the colour alone. */
function caret(user: Record<string, unknown>): HTMLElement {
  const bar = document.createElement('span')
  bar.className = 'doc-caret'
  // Drawn by the style: as a text it would be one of the document, to be found, read aloud and copied.
  bar.dataset.name = String(user.name ?? '')
  bar.style.setProperty('--person', COLOUR.test(String(user.color)) ? String(user.color) : '#6e6a61')
  return bar
}

function paste(editor: Editor, { id }: Site, event: ClipboardEvent, slice: Slice): boolean {
  if (takePaste(editor, event, slice)) return true
  const data = event.clipboardData
  const text = data?.getData('text/plain') ?? ''
  if (!text || data?.getData('text/html') || editor.isActive('codeBlock') || !looksLikeMarkdown(text)) return false
  void pasteMarkdown(editor, text, id, (found) => bring(editor, found))
  return true
}

function attributesOf(editable: boolean): Record<string, string> {
  const name = { 'class': 'doc-text', 'aria-label': t('Text of the document') }
  return editable ? { ...name, 'role': 'textbox', 'aria-multiline': 'true' } : { ...name, role: 'article' }
}

/** A click below the text goes on there, where its last block is none to write in. */
function clickBelow(view: EditorView, event: MouseEvent): boolean {
  const { doc, schema, tr } = view.state
  const last = view.dom.lastElementChild?.getBoundingClientRect()
  if (!view.editable || !last || event.clientY <= last.bottom || doc.lastChild?.type.name === 'paragraph') return false
  view.dispatch(tr.insert(doc.content.size, schema.nodes.paragraph!.create()))
  return false
}

/** What others write waits while a word is composed: a change beneath it would break it off. */
function holdWhileComposing(live: Live, editor: () => Editor | undefined): () => void {
  live.holding = () => editor()?.view.composing ?? false
  return () => void setTimeout(() => live.release(), COMPOSED)
}

/** The document that is edited, whether its server can be reached, and what opens the form beside the cursor. */
interface Site { id: string, connected: () => boolean, describe: () => void }

/** The editor of a document, once there is a text to show, and the list that is open beside its cursor. */
export function useDocumentEditor(live: Live, editable: Ref<boolean>, people: () => Promise<Choice[]>, site: Site) {
  const editor = shallowRef<Editor>()
  const { picking, draw } = usePicking()
  const release = holdWhileComposing(live, () => editor.value)
  const extensions: AnyExtension[] = [
    ...schemaExtensions(site, mentionMenu(people, () => draw(t('People')))),
    Collaboration.configure({ document: live.doc, field: 'default' }),
    CollaborationCaret.configure({ provider: live, user: {}, render: caret }),
    Placeholder.configure({ placeholder: t('Write, or type “/” to insert something'), showOnlyWhenEditable: true }),
    CodeColours,
    Find,
    Redo,
    slashMenu(() => draw(t('Insert'))),
    Uploads.configure({ id: site.id, connected: site.connected }),
  ]

  function open(): Editor {
    return new Editor({
      extensions,
      editable: editable.value,
      injectCSS: false,
      editorProps: {
        attributes: () => attributesOf(editable.value),
        transformPastedHTML: (html) => cleanHtml(html, site.id),
        handlePaste: (_view, event, slice) => editor.value ? paste(editor.value, site, event, slice) : false,
        handleDrop: (_view, event, slice) => editor.value ? takeDrop(editor.value, event, slice) : false,
        handleDOMEvents: { compositionend: release, mousedown: clickBelow },
      },
    })
  }

  watch(live.ready, (ready) => { if (ready) editor.value ??= open() }, { immediate: true })
  watch(editable, (now) => editor.value?.setEditable(now, false))
  onBeforeUnmount(() => editor.value?.destroy())
  return { editor, picking }
}
