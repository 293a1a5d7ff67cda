import { onScopeDispose, readonly, shallowRef } from 'vue'

/** The time, moved on every so often, for words such as "5 minutes ago". */
export function useNow(interval = 30_000) {
  const now = shallowRef(new Date())
  const timer = setInterval(() => { now.value = new Date() }, interval)
  onScopeDispose(() => clearInterval(timer))
  return readonly(now)
}
