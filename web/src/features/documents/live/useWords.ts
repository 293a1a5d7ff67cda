import { onBeforeUnmount, shallowRef, watch } from 'vue'
import type { Live } from './provider'
import { type Status, wordsOf } from './status'

/** How long something is so before it is said: neither flickers with a key, nor with a server that starts anew. */
const MOMENT: Partial<Record<Status['kind'], number>> = { saved: 400, offline: 1000 }

/** How the document stands, in words that can be read. */
export function useWords(live: Live) {
  const words = shallowRef(wordsOf(live.status.value))
  const first = words.value
  let timer: ReturnType<typeof setTimeout> | undefined
  let next: Status['kind'] | null = null

  function tell(): void {
    next = null
    words.value = wordsOf(live.status.value)
  }

  watch(live.status, ({ kind }, before) => {
    // One change more, of which it is said already that it is kept here.
    if (next === null && kind === before.kind) return tell()
    if (kind === next) return
    clearTimeout(timer)
    next = kind
    const moment = MOMENT[kind]
    if (moment && words.value !== first) timer = setTimeout(tell, moment)
    else tell()
  })
  onBeforeUnmount(() => clearTimeout(timer))
  return words
}
