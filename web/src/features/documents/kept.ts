import type { Document, Page } from '@/features/documents/types'

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

/** Forgets what was kept for others: whoever was here before has not always signed out. What is nobody's stays. */
export function forgetOthers(whose: string): void {
  try {
    for (const key of Object.keys(localStorage).filter((each) => each.startsWith(PREFIX))) {
      const found = JSON.parse(localStorage.getItem(key) ?? 'null') as Kept | null
      if (found?.whose && found.whose !== whose) localStorage.removeItem(key)
    }
  } catch {
    // Storage is barred: there is nothing in it.
  }
}

/** What a list that was kept for somebody says of a document. */
export function recallDocument(whose: string, id: string): Document | null {
  try {
    const keys = Object.keys(localStorage).filter((each) => each.startsWith(PREFIX))
    const pages = keys.map((key) => recall<Partial<Page>>(whose, key.slice(PREFIX.length))?.value)
    return pages.flatMap((page) => page?.documents ?? []).find((each) => each.id === id) ?? null
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
