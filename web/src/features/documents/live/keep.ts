import { IndexeddbPersistence } from 'y-indexeddb'
import type { Doc } from 'yjs'
import { UNSAVED } from '@/shell/copies'
import type { Facts } from './wire'

const FACTS = 'facts'
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

export function openKeep(name: string, doc: Doc): Keep {
  let kept: IndexeddbPersistence | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let closed = false

  async function load(): Promise<number> {
    if (!await canKeep() || closed) return 0
    kept = new IndexeddbPersistence(name, doc)
    await kept.whenSynced
    return Number(await kept.get(UNSAVED) ?? 0)
  }

  function note(unsaved: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => void kept?.set(UNSAVED, unsaved).catch(() => undefined), unsaved ? 100 : 500)
  }

  function close(): void {
    closed = true
    clearTimeout(timer)
    void kept?.destroy()
    kept = null
  }

  async function forget(): Promise<void> {
    closed = true
    clearTimeout(timer)
    const gone = kept
    kept = null
    await gone?.clearData()
  }

  const loaded = load().catch(() => 0)
  return {
    loaded, keeps: () => kept?.synced ?? false, note, forget, close,
    facts: () => factsIn(kept), remember: (told) => rememberIn(kept, told),
  }
}
