import type { Editor } from '@tiptap/vue-3'
import { type Component, defineAsyncComponent, type Ref, shallowRef, watch } from 'vue'

/** The grip beside a block, where there is something to point with. */
export function useDrag(editor: Ref<Editor | undefined>) {
  const grip = shallowRef<Component | null>(null)
  watch(editor, (now) => {
    if (now && matchMedia('(pointer: fine)').matches) grip.value = defineAsyncComponent(() => import('./BlockGrip.vue'))
  }, { immediate: true })
  return { grip }
}
