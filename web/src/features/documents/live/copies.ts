/** Whose document it is stands in the name: another person at the same browser finds nothing of it. */
export const nameOf = (userId: string, id: string) => `ai-editor:${userId}:${id}`

/** Takes from this device what it keeps of a document that its person may not read any more. */
export function forgetCopy(userId: string, id: string): void {
  try {
    indexedDB.deleteDatabase(nameOf(userId, id))
  } catch {
    // No such place, nothing in it.
  }
}
