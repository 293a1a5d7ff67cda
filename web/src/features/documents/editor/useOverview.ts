import type { Editor } from '@tiptap/vue-3'
import { onBeforeUnmount, type Ref, shallowRef, watch } from 'vue'
import { type Overview, overviewOf } from './outline'

const PAUSE = 400

/** The headings and the length of the text, some time after it has changed. */
export function useOverview(editor: Ref<Editor | undefined>) {
  const overview = shallowRef<Overview>({ headings: [], words: 0, characters: 0 })
  let timer: ReturnType<typeof setTimeout> | undefined

  function look(): void {
    timer = undefined
    if (editor.value && !editor.value.isDestroyed) overview.value = overviewOf(editor.value.state.doc)
  }

  const plan = () => { timer ??= setTimeout(look, PAUSE) }

  watch(editor, (now) => {
    now?.on('update', plan)
    now?.on('transaction', ({ transaction }) => { if (transaction.docChanged) plan() })
    if (now) look()
  }, { immediate: true })
  onBeforeUnmount(() => clearTimeout(timer))

  function goTo(pos: number): void {
    editor.value?.chain().setTextSelection(pos + 1).focus().run()
    const heading = editor.value?.view.nodeDOM(pos)
    if (heading instanceof HTMLElement) heading.scrollIntoView({ block: 'start', behavior: 'smooth' })
  }

  return { overview, goTo }
}
