import type { Directive } from 'vue'

const doings = new WeakMap<HTMLElement, () => void>()

/** What the Esc key does within an element, and nowhere else. */
export const vEscape: Directive<HTMLElement, () => void> = {
  mounted(element, { value }) {
    doings.set(element, value)
    element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return
      event.preventDefault()
      event.stopPropagation()
      doings.get(element)?.()
    })
  },
  updated: (element, { value }) => void doings.set(element, value),
}
