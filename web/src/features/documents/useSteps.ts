import { onMounted, type Ref } from 'vue'

/** Has two keys lead from one of the things within to the next, and back. */
export function useSteps(box: Ref<HTMLElement | null>, things: string, keys: { on: string, back: string }): void {
  function step(event: KeyboardEvent): void {
    const by = { [keys.on]: 1, [keys.back]: -1 }[event.key]
    const found = [...box.value?.querySelectorAll<HTMLElement>(things) ?? []]
    const at = found.indexOf(event.target as HTMLElement)
    const next = by && at >= 0 ? found[at + by] : null
    if (!next) return
    event.preventDefault()
    next.focus()
  }

  onMounted(() => box.value?.addEventListener('keydown', step))
}
