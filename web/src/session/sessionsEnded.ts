import { onScopeDispose } from 'vue'

const listeners = new Set<() => void>()

/** Calls back, as long as the caller is there, when something has been done that ends sessions elsewhere. */
export function onSessionsEnded(listener: () => void): void {
  listeners.add(listener)
  onScopeDispose(() => listeners.delete(listener))
}

export function tellSessionsEnded(): void {
  listeners.forEach((listener) => listener())
}
