import { nextTick } from 'vue'

/** Where what had the focus is gone or switched off, gives it to something else; elsewhere it stays. */
export async function rescueFocus(find: () => HTMLElement | null | undefined): Promise<void> {
  await nextTick()
  await nextTick()
  if (!document.activeElement || document.activeElement === document.body) find()?.focus()
}
