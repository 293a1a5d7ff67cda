const listeners = new Set<() => void>()

/** Calls back when the server no longer knows the session that a request came with. */
export function onSessionLost(listener: () => void): void {
  listeners.add(listener)
}

export function sayLost(): void {
  listeners.forEach((listener) => listener())
}
