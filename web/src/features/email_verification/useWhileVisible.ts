import { onScopeDispose, watch } from 'vue'

/** Acts every so often while there is something to wait for and somebody to see it. */
export function useWhileVisible(waiting: () => boolean, act: () => unknown, interval = 5000): void {
  let timer: ReturnType<typeof setInterval> | undefined
  const halt = () => clearInterval(timer)

  function tick(): void {
    if (document.visibilityState === 'visible') act()
  }

  watch(waiting, (now) => {
    halt()
    if (now) timer = setInterval(tick, interval)
  }, { immediate: true })
  onScopeDispose(halt)
}
