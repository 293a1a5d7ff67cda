import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Live } from '@/features/documents/live/provider'
import type { Facts } from '@/features/documents/live/wire'

class Socket {
  static last: Socket | undefined
  static OPEN = 1
  readyState = 0
  onmessage: ((event: { data: unknown }) => void) | null = null
  constructor() { Socket.last = this }
  send() { /* Nobody hears it. */ }
  close() { /* Nobody minds. */ }
}

function frameOf(facts: Facts): ArrayBuffer {
  const text = new TextEncoder().encode(JSON.stringify(facts))
  return new Uint8Array([101, text.length, ...text]).buffer
}

async function open(known: Facts | null, told: Facts[] = [], newer = false) {
  const live = new Live({
    id: 'd', userId: 'u', schema: 1, why: async () => 'unknown', reload: () => true,
    keep: () => ({
      loaded: Promise.resolve(0), keeps: () => true, newer: () => newer, note: () => undefined,
      forget: async () => undefined,
      close: () => undefined, facts: async () => known, remember: (facts) => told.push(facts),
    }),
    tabs: () => ({ post: () => undefined, close: () => undefined }),
  })
  await vi.waitFor(() => expect(Socket.last).toBeDefined())
  return live
}

describe('what a document is called and who may write in it', () => {
  const facts: Facts = { role: 'reader', saving: true, title: 'Kept', icon: null }
  beforeEach(() => {
    Socket.last = undefined
    vi.stubGlobal('WebSocket', Socket)
  })
  afterEach(() => vi.unstubAllGlobals())

  it('is known from the last visit where there is no server', async () => {
    const live = await open(facts)
    await vi.waitFor(() => expect(live.facts.value).toEqual(facts))
    live.stop()
  })

  it('is remembered as the server says it', async () => {
    const told: Facts[] = []
    const live = await open(null, told)
    Socket.last?.onmessage?.({ data: frameOf(facts) })
    expect(told).toEqual([facts])
    expect(live.facts.value).toEqual(facts)
    live.stop()
  })

  it('says to reload where a newer page has written in it', async () => {
    const live = await open(facts, [], true)
    expect(live.status.value).toEqual({ kind: 'outdated' })
    expect(live.ready.value).toBe(false)
    live.stop()
  })
})
