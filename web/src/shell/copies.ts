/**
 * What this device keeps of people's documents, so that nothing written without the server is lost: a database for each
 * person and document.
 */

/** Whose document it is stands in the name: another person at the same browser finds nothing of it. */
export const nameOf = (userId: string, id: string) => `ai-editor:${userId}:${id}`

// As y-indexeddb calls its store of values.
const VALUES = 'custom'
/** By which name of these it says how many changes the server may not have. */
export const UNSAVED = 'unsaved'

async function namesOf(userId: string): Promise<string[]> {
  try {
    const found = await indexedDB.databases()
    return found.map(({ name }) => name ?? '').filter((name) => name.startsWith(nameOf(userId, '')))
  } catch {
    return []
  }
}

function unsavedIn(name: string): Promise<number> {
  return new Promise((resolve) => {
    const request = indexedDB.open(name)
    request.onerror = () => resolve(0)
    request.onsuccess = () => {
      const database = request.result
      const done = (found: unknown) => {
        database.close()
        resolve(Number(found) || 0)
      }
      if (!database.objectStoreNames.contains(VALUES)) return done(0)
      const value = database.transaction(VALUES).objectStore(VALUES).get(UNSAVED)
      value.onerror = () => done(0)
      value.onsuccess = () => done(value.result)
    }
  })
}

/** How many changes of somebody's are on this device that the server is not known to have. */
export async function countUnsaved(userId: string): Promise<number> {
  const counts = await Promise.all((await namesOf(userId)).map(unsavedIn))
  return counts.reduce((sum, count) => sum + count, 0)
}

/** Takes from this device what it keeps of a document that its person may not read any more. */
export function forgetCopy(userId: string, id: string): void {
  try {
    indexedDB.deleteDatabase(nameOf(userId, id))
  } catch {
    // No such place, nothing in it.
  }
}

/** Deletes all that is kept of somebody's documents; one that is open goes once its page is closed. */
export async function dropCopies(userId: string): Promise<void> {
  for (const name of await namesOf(userId)) indexedDB.deleteDatabase(name)
}
