import { watch } from 'vue'

const PREFIX = 'draft:'

function read(key: string): Record<string, unknown> {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(PREFIX + key) ?? '{}')
    return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** Keeps values for a form that is yet to be opened. */
export function keepDraft(key: string, values: Record<string, unknown>): void {
  try {
    sessionStorage.setItem(PREFIX + key, JSON.stringify(values))
  } catch {
    // Storage is barred or full: the draft lives in the form alone.
  }
}

function dropFrom(storage: Storage): void {
  Object.keys(storage).filter((key) => key.startsWith(PREFIX)).forEach((key) => storage.removeItem(key))
}

/** Forgets whatever was typed in this tab, or kept on this device: who signs out leaves nothing to the next person. */
export function dropDrafts(): void {
  try {
    dropFrom(sessionStorage)
    dropFrom(localStorage)
  } catch {
    // Storage is barred: there are no drafts in it.
  }
}

/** Keeps the named fields of a form over a reload or a sign-in in between; never give it a password. */
export function useDraft<Form extends object, Field extends keyof Form & string>(
  key: string, form: Form, fields: readonly Field[],
) {
  const saved = read(key)
  for (const field of fields) {
    if (typeof saved[field] === typeof form[field]) form[field] = saved[field] as Form[Field]
  }
  watch(() => fields.map((field) => form[field]), (values) => {
    keepDraft(key, Object.fromEntries(fields.map((field, index) => [field, values[index]])))
  })
  return { discard: () => sessionStorage.removeItem(PREFIX + key) }
}
