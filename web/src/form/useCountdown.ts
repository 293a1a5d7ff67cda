import { computed, onScopeDispose, shallowRef } from 'vue'

/** Counts whole seconds down to zero by the clock, so that a sleeping tab does not lengthen the wait. */
export function useCountdown() {
  const end = shallowRef(0)
  const now = shallowRef(Date.now())
  let timer: ReturnType<typeof setInterval> | undefined

  function halt(): void {
    clearInterval(timer)
    timer = undefined
  }

  function tick(): void {
    now.value = Date.now()
    if (now.value >= end.value) halt()
  }

  function start(seconds: number): void {
    halt()
    now.value = Date.now()
    end.value = now.value + seconds * 1000
    timer = setInterval(tick, 250)
  }

  onScopeDispose(halt)
  const left = computed(() => Math.max(0, Math.ceil((end.value - now.value) / 1000)))
  return { left, start }
}

/** 75 as "1:15". */
export function clockTime(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
