/**
 * What this device keeps of people's documents, so that nothing written without the server is lost: a database for each
 * person and document.
 */

/** Whose document it is stands in the name: another person at the same browser finds nothing of it. */
export const nameOf = (userId: string, id: string) => `ai-editor:${userId}:${id}`

// As y-indexeddb calls its store of values.
const VALUES = 'custom'
/** By which names of these it says what the document is called, and how many changes the server may not have. */
export const FACTS = 'facts'
export const UNSAVED = 'unsaved'

async function namesOf(userId: string): Promise<string[]> {
  try {
    const found = await indexedDB.databases()
    return found.map(({ name }) => name ?? '').filter((name) => name.startsWith(nameOf(userId, '')))
  } catch {
    return []
  }
}

function valueIn(name: string, key: string): Promise<unknown> {
  return new Promise((resolve) => {
    const request = indexedDB.open(name)
    request.onerror = () => resolve(undefined)
    request.onsuccess = () => {
      const database = request.result
      const done = (found: unknown) => {
        database.close()
        resolve(found)
      }
      if (!database.objectStoreNames.contains(VALUES)) return done(undefined)
      const value = database.transaction(VALUES).objectStore(VALUES).get(key)
      value.onerror = () => done(undefined)
      value.onsuccess = () => done(value.result)
    }
  })
}

/** A document of which this device has what the server may not have. */
export interface Unsaved { id: string, title: string, count: number }

async function unsavedIn(name: string): Promise<Unsaved> {
  const [count, facts] = await Promise.all([valueIn(name, UNSAVED), valueIn(name, FACTS)])
  const { title = '' } = JSON.parse(typeof facts === 'string' ? facts : '{}') as { title?: string }
  return { id: name.split(':').slice(2).join(':'), title, count: Number(count) || 0 }
}

/** The documents of somebody's with changes on this device that the server is not known to have. */
export async function findUnsaved(userId: string): Promise<Unsaved[]> {
  const found = await Promise.all((await namesOf(userId)).map(unsavedIn))
  return found.filter(({ count }) => count > 0)
}

/** How many such changes there are. */
export async function countUnsaved(userId: string): Promise<number> {
  return (await findUnsaved(userId)).reduce((sum, { count }) => sum + count, 0)
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
