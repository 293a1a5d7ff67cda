// What begins so is dropped at the sign-out, see form/useDraft.ts.
const PREFIX = 'draft:documents:'

interface Kept { whose: string, at: number, value: unknown }

/** Keeps on this device what the server has answered somebody, for when it cannot be asked. */
export function keep(whose: string, key: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify({ whose, at: Date.now(), value } satisfies Kept))
  } catch {
    // Storage is barred or full: without a network there is nothing to show then.
  }
}

/** What was kept, and since when; null where there is nothing of this person's. */
export function recall<T>(whose: string, key: string): { value: T, at: Date } | null {
  try {
    const found = JSON.parse(localStorage.getItem(PREFIX + key) ?? 'null') as Kept | null
    return found?.whose === whose ? { value: found.value as T, at: new Date(found.at) } : null
  } catch {
    return null
  }
}

export function forget(key: string): void {
  try {
    localStorage.removeItem(PREFIX + key)
  } catch {
    // Storage is barred: there is nothing in it.
  }
}
