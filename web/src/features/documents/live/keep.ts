import { IndexeddbPersistence } from 'y-indexeddb'
import type { Doc } from 'yjs'
import { FACTS, UNSAVED } from '@/shell/copies'
import type { Facts } from './wire'

const SCHEMA = 'schema'
const PROBE = 'ai-editor:probe'

/** The document on this device, and how many of the changes in it the server may not have. */
export interface Keep {
  /** How many changes of an earlier visit are not known to be committed, once all of them are in the document. */
  loaded: Promise<number>
  /** What the server said of the document at an earlier visit. */
  facts: () => Promise<Facts | null>
  remember: (facts: Facts) => void
  /** Whether what is written is kept here; private windows may have no place for it. */
  keeps: () => boolean
  /** Whether a newer page has written in it, of which this one would delete what it does not know. */
  newer: () => boolean
  note: (unsaved: number) => void
  forget: () => Promise<void>
  close: () => void
}

function canKeep(): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      const request = indexedDB.open(PROBE)
      request.onerror = () => resolve(false)
      request.onsuccess = () => {
        request.result.close()
        resolve(true)
      }
    } catch {
      resolve(false)
    }
  })
}

async function factsIn(kept: IndexeddbPersistence | null): Promise<Facts | null> {
  const told = await kept?.get(FACTS)
  return typeof told === 'string' ? JSON.parse(told) as Facts : null
}

function rememberIn(kept: IndexeddbPersistence | null, told: Facts): void {
  void kept?.set(FACTS, JSON.stringify(told)).catch(() => undefined)
}

/**
 * The number of unsaved changes is written once it has stood for a moment, or when the document is left. That there are
 * any is written at once: the tab may be gone the next moment, and who signs out then is to be asked.
 */
function makeNote(kept: () => IndexeddbPersistence | null) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let pending: number | undefined
  let written = 0

  function write(): void {
    clearTimeout(timer)
    if (pending === undefined) return
    written = pending
    void kept()?.set(UNSAVED, pending).catch(() => undefined)
    pending = undefined
  }

  function note(unsaved: number): void {
    clearTimeout(timer)
    pending = unsaved
    if (unsaved && !written) write()
    else timer = setTimeout(write, unsaved ? 100 : 500)
  }

  return { note, write }
}

/** Whether a newer page has written in it; if not, it is this one's from now on. */
async function isNewer(kept: IndexeddbPersistence, schema: number): Promise<boolean> {
  const newer = Number(await kept.get(SCHEMA) ?? 0) > schema
  if (!newer) await kept.set(SCHEMA, schema)
  return newer
}

export function openKeep(name: string, doc: Doc, schema: number): Keep {
  let kept: IndexeddbPersistence | null = null
  let closed = false
  let newer = false
  let read = false
  const { note, write } = makeNote(() => kept)

  async function load(): Promise<number> {
    if (!await canKeep() || closed) return 0
    kept = new IndexeddbPersistence(name, doc)
    await kept.whenSynced
    newer = await isNewer(kept, schema)
    const unsaved = Number(await kept.get(UNSAVED) ?? 0)
    read = true
    return unsaved
  }

  function close(): void {
    closed = true
    write()
    void kept?.destroy()
    kept = null
  }

  async function forget(): Promise<void> {
    closed = true
    const gone = kept
    kept = null
    await gone?.clearData()
  }

  const loaded = load().catch(() => 0)
  return {
    loaded, keeps: () => kept?.synced ?? false, newer: () => newer, forget, close,
    // What an earlier visit has noted is read first, however long that takes.
    note: (unsaved) => { if (read) note(unsaved) },
    facts: () => factsIn(kept), remember: (told) => rememberIn(kept, told),
  }
}
