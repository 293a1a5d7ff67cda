import * as encoding from 'lib0/encoding'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { encodeAwarenessUpdate } from 'y-protocols/awareness'
import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector } from 'yjs'
import { pause } from '@/features/documents/live/line'
import { Live, type Reason } from '@/features/documents/live/provider'
import { answerFrame, askFrame, awarenessFrame, readFrame, updateFrame } from '@/features/documents/live/wire'

/** A socket whose other end is the test. */
class Socket {
  static all: Socket[] = []
  static OPEN = 1
  readyState = 0
  sent: Uint8Array[] = []
  onopen: (() => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null

  constructor(readonly address: string) {
    Socket.all.push(this)
  }

  send(frame: Uint8Array) { this.sent.push(frame) }
  close() { this.readyState = 3 }

  open() {
    this.readyState = 1
    this.onopen?.()
  }

  say(...frames: Uint8Array[]) {
    for (const frame of frames) this.onmessage?.({ data: new Uint8Array(frame).buffer })
  }

  async hangUp(code: number) {
    this.readyState = 3
    this.onclose?.({ code })
    await vi.advanceTimersByTimeAsync(0)
  }

  /** What came of the text, by its kind. */
  kinds() { return this.sent.map((frame) => readFrame(frame)?.kind) }
  updates() { return this.sent.map(readFrame).flatMap((each) => each?.kind === 'update' ? [each.update] : []) }
}

function numbered(type: number, write: (encoder: encoding.Encoder) => void) {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, type)
  write(encoder)
  return encoding.toUint8Array(encoder)
}

const durable = (count: number) => numbered(100, (encoder) => encoding.writeVarUint(encoder, count))
const facts = (more: object = {}) => numbered(101, (encoder) => encoding.writeVarString(
  encoder, JSON.stringify({ role: 'editor', saving: true, title: 'T', icon: null, ...more })))

const socket = () => Socket.all.at(-1)!
let lives: Live[] = []
let answers: Reason[] = []

type Options = ConstructorParameters<typeof Live>[0]
interface Given { kept?: number, keeps?: boolean, tabs?: Options['tabs'], reloads?: boolean }

async function begin({ kept = 0, keeps = true, tabs, reloads = true }: Given = {}) {
  const notes: number[] = []
  const forget = vi.fn(async () => undefined)
  const live = new Live({
    id: 'd1', userId: 'u1', schema: 1,
    why: async () => answers.shift() ?? 'unknown',
    reload: () => reloads,
    keep: () => ({
      loaded: Promise.resolve(kept), keeps: () => keeps, newer: () => false, note: (count) => notes.push(count),
      facts: async () => null, remember: () => undefined, forget, close: () => undefined,
    }),
    tabs: tabs ?? (() => ({ post: () => undefined, close: () => undefined })),
  })
  lives.push(live)
  await vi.advanceTimersByTimeAsync(0)
  return { live, notes, forget }
}

/** The server's document: one empty paragraph, as text here. */
const server = () => {
  const doc = new Doc()
  doc.getText('t').insert(0, 'seed ')
  return doc
}

function join(at: Socket, doc = server(), first = facts()) {
  at.open()
  at.say(first, askFrame(encodeStateVector(doc)), answerFrame(encodeStateAsUpdate(doc)))
}

/** Joined, and told that all it sent so far is committed. */
async function joined(given: Given = {}) {
  const all = await begin(given)
  join(socket())
  socket().say(durable(1))
  return all
}

const write = (live: Live, text: string) => live.doc.getText('t').insert(live.doc.getText('t').length, text)
const kind = (live: Live) => live.status.value.kind

/** Lets the pause before the next try go by, if there is to be one. */
async function later() {
  const before = Socket.all.length
  for (let second = 0; second < 31 && Socket.all.length === before; second++) await vi.advanceTimersByTimeAsync(1000)
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('WebSocket', Socket)
  Socket.all = []
  lives = []
  answers = []
})
afterEach(() => lives.forEach((live) => live.stop()))

describe('joining', () => {
  it('names the document and the schema', async () => {
    await begin()
    expect(new URL(socket().address).pathname + new URL(socket().address).search).toBe('/api/documents/d1/live?schema=1')
  })

  it('asks, answers, and is saved once the answer is committed', async () => {
    const { live } = await begin()
    expect([kind(live), live.ready.value]).toEqual(['connecting', false])
    join(socket())
    expect(socket().kinds().slice(0, 3)).toEqual(['ask', 'update', 'awareness'])
    expect([kind(live), live.ready.value, live.doc.getText('t').toString()]).toEqual(['connecting', true, 'seed '])
    socket().say(durable(1))
    expect(kind(live)).toBe('saved')
  })

  it('puts what was written before the server answered into one answer', async () => {
    const { live } = await begin()
    socket().open()
    socket().say(facts())
    write(live, 'a')
    write(live, 'b')
    expect(socket().updates()).toEqual([])
    const doc = server()
    socket().say(askFrame(encodeStateVector(doc)), answerFrame(encodeStateAsUpdate(doc)))
    const [answer, ...more] = socket().updates()
    applyUpdate(doc, answer!)
    expect([doc.getText('t').toString().includes('ab'), more.length, live.unsaved]).toEqual([true, 0, 2])
    socket().say(durable(1))
    expect([kind(live), live.unsaved]).toEqual(['saved', 0])
  })

  it('reads with a reader, and counts nothing as on its way', async () => {
    const { live } = await begin()
    join(socket(), server(), facts({ role: 'reader' }))
    expect(kind(live)).toBe('read-only')
    socket().say(facts({ role: 'editor' }), durable(1))
    expect(kind(live)).toBe('saved')
  })
})

describe('what is saved', () => {
  it('is what the server says is committed, frame by frame', async () => {
    const { live, notes } = await joined()
    write(live, 'a')
    write(live, 'b')
    expect([kind(live), live.unsaved]).toEqual(['saving', 2])
    socket().say(durable(2))
    expect([kind(live), live.unsaved]).toEqual(['saving', 1])
    socket().say(durable(3))
    expect([kind(live), live.unsaved, notes.at(-1)]).toEqual(['saved', 0, 0])
  })

  it('goes by no number of another socket', async () => {
    const { live } = await joined()
    write(live, 'a')
    write(live, 'b')
    await socket().hangUp(1006)
    expect(live.status.value).toEqual({ kind: 'offline', unsaved: 2 })
    write(live, 'c')
    await later()
    expect(Socket.all.length).toBe(2)
    join(socket())
    expect([kind(live), live.unsaved]).toEqual(['saving', 3])
    write(live, 'd')
    socket().say(durable(1))
    expect([kind(live), live.unsaved]).toEqual(['saving', 1])
    socket().say(durable(2))
    expect(kind(live)).toBe('saved')
  })

  it('reaches a server that lost it: the answer carries what was never acknowledged', async () => {
    const { live } = await joined()
    write(live, 'kept')
    await socket().hangUp(1012)
    await later()
    const doc = server()
    join(socket(), doc)
    applyUpdate(doc, socket().updates()[0]!)
    expect(doc.getText('t').toString()).toContain('kept')
  })

  it('is not what the database could not take', async () => {
    const { live } = await joined()
    write(live, 'a')
    socket().say(facts({ saving: false }))
    expect(live.status.value).toEqual({ kind: 'not-saved', unsaved: 1 })
    socket().say(facts(), durable(2))
    expect(kind(live)).toBe('saved')
  })

  it('counts what an earlier visit left on the device', async () => {
    const { live } = await begin({ kept: 3 })
    await socket().hangUp(1006)
    expect(live.status.value).toEqual({ kind: 'offline', unsaved: 3 })
    await later()
    join(socket())
    expect(kind(live)).toBe('saving')
    socket().say(durable(1))
    expect(kind(live)).toBe('saved')
  })

  it.each([[true, false], [false, true]])('is at risk where the device keeps nothing: %s', async (keeps, risk) => {
    const { live } = await joined({ keeps })
    expect(live.atRisk).toBe(false)
    write(live, 'a')
    expect(live.atRisk).toBe(risk)
  })
})

describe('frames', () => {
  it('that are nonsense change nothing', async () => {
    const { live } = await joined()
    const before = live.doc.getText('t').toString()
    const bad = [
      [], [0], [0, 2], [0, 2, 200, 1], [0, 2, 3, 9, 9, 9], [0, 7, 1, 0], [1, 5], [77], [100], [101, 3, 123, 123, 123],
    ]
    bad.forEach((bytes) => socket().say(Uint8Array.from(bytes)))
    socket().onmessage?.({ data: 'text' })
    expect([live.doc.getText('t').toString(), kind(live)]).toEqual([before, 'saved'])
  })

  it('wait in their order while somebody composes, and what is written meanwhile goes out', async () => {
    const { live } = await joined()
    const doc = new Doc()
    applyUpdate(doc, encodeStateAsUpdate(live.doc))
    const updates: Uint8Array[] = []
    doc.on('update', (update: Uint8Array) => updates.push(update))
    doc.getText('t').insert(0, '1')
    doc.getText('t').insert(1, '2')
    let composing = true
    live.holding = () => composing
    socket().say(...updates.map(updateFrame))
    write(live, 'かな')
    socket().say(durable(2))
    expect([live.doc.getText('t').toString(), kind(live)]).toEqual(['seed かな', 'saved'])
    live.release()
    expect(live.doc.getText('t').toString()).toBe('seed かな')
    composing = false
    live.release()
    expect(live.doc.getText('t').toString()).toBe('12seed かな')
  })

  it('of others say who is there, until the socket is gone', async () => {
    const { live } = await joined()
    const other = await begin()
    other.live.awareness.setLocalStateField('user', { id: 'u2', name: 'Ben', color: '#23796e' })
    const [first] = Socket.all
    first!.say(awarenessFrame(encodeAwarenessUpdate(other.live.awareness, [other.live.doc.clientID])))
    expect(live.awareness.getStates().get(other.live.doc.clientID)?.user.name).toBe('Ben')
    await first!.hangUp(1006)
    expect([...live.awareness.getStates().keys()]).toEqual([live.doc.clientID])
  })

  it('of a cursor are put together', async () => {
    const { live } = await joined()
    const before = socket().sent.length
    for (let at = 0; at < 20; at++) live.awareness.setLocalStateField('cursor', at)
    await vi.advanceTimersByTimeAsync(100)
    expect(socket().kinds().slice(before)).toEqual(['awareness'])
  })
})

describe('a socket that closes', () => {
  it.each([1001, 1006, 1011, 1012, 1013, 4400, 4429])('with %i is made again', async (code) => {
    const { live } = await joined()
    await socket().hangUp(code)
    expect([kind(live), Socket.all.length]).toEqual(['offline', 1])
    await later()
    expect(Socket.all.length).toBe(2)
    join(socket())
    socket().say(durable(1))
    expect(kind(live)).toBe('saved')
  })

  it.each([4401, 4403, 4404])('with %i is asked about, and made again where there was no reason', async (code) => {
    const { live } = await joined()
    answers = [{ code: 'DOCUMENT_NO_ACCESS' }]
    write(live, 'a')
    await socket().hangUp(code)
    await later()
    expect([live.status.value, Socket.all.length])
      .toEqual([{ kind: 'refused', code: 'DOCUMENT_NO_ACCESS', unsaved: 1 }, 1])
    const second = await joined()
    answers = ['fine']
    await socket().hangUp(code)
    await later()
    expect([kind(second.live), Socket.all.length]).toEqual(['offline', 3])
  })

  it('before it was open is asked about: a 401 looks like a dead server', async () => {
    const { live } = await begin()
    await socket().hangUp(1006)
    expect(kind(live)).toBe('offline')
    await later()
    answers = [{ code: 'DOCUMENT_NOT_FOUND' }]
    await socket().hangUp(1006)
    expect(live.status.value).toMatchObject({ kind: 'refused', code: 'DOCUMENT_NOT_FOUND' })
  })

  it.each([[true, 'offline'], [false, 'outdated']])('as too old has the page fetched anew: %s', async (reloads, then) => {
    const { live } = await joined({ reloads })
    await socket().hangUp(4409)
    await later()
    expect([kind(live), Socket.all.length]).toEqual([then, 1])
  })

  it.each([1009, 4413])('with %i is full', async (code) => {
    const { live } = await joined()
    write(live, 'a')
    await socket().hangUp(code)
    await later()
    expect([live.status.value, Socket.all.length]).toEqual([{ kind: 'full', unsaved: 1 }, 1])
  })

  it('is not waited for where nothing is heard any more', async () => {
    const { live } = await joined()
    await vi.advanceTimersByTimeAsync(20_000)
    expect(socket().kinds().at(-1)).toBe('ask-awareness')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(kind(live)).toBe('offline')
    await later()
    expect(Socket.all.length).toBe(2)
  })

  it('stays where the server answers', async () => {
    await joined()
    for (let round = 0; round < 4; round++) {
      await vi.advanceTimersByTimeAsync(20_500)
      socket().say(facts())
    }
    expect(Socket.all.length).toBe(1)
  })

  it('is made again at once when the network is back', async () => {
    await joined()
    await socket().hangUp(1013)
    window.dispatchEvent(new Event('online'))
    expect(Socket.all.length).toBe(2)
  })

  it('is left alone once the page has gone', async () => {
    const { live } = await joined()
    live.stop()
    await later()
    window.dispatchEvent(new Event('online'))
    expect(Socket.all.length).toBe(1)
  })
})

describe('the pause before the next try', () => {
  it('grows to half a minute, and differs from page to page', () => {
    const pauses = [0, 1, 2, 3, 9].map((tries) => [pause('again', tries, 0), pause('again', tries, 1)])
    expect(pauses).toEqual([[250, 500], [500, 1000], [1000, 2000], [2000, 4000], [15_000, 30_000]])
    expect([pause('soon', 9, 0), pause('soon', 9, 1), pause('late', 0, 0)]).toEqual([100, 2000, 15_000])
  })
})

describe('two tabs', () => {
  it('agree without a server, and each sends what the other wrote', async () => {
    const ends: ((frame: Uint8Array) => void)[] = []
    const tabs = (_name: string, received: (frame: Uint8Array) => void) => {
      ends.push(received)
      const others = () => ends.filter((end) => end !== received)
      return { post: (frame: Uint8Array) => others().forEach((end) => end(frame)), close: () => undefined }
    }
    const one = await begin({ tabs })
    const first = socket()
    write(one.live, 'alone')
    const two = await begin({ tabs })
    expect(two.live.doc.getText('t').toString()).toBe('alone')
    join(first)
    first.say(durable(1))
    const before = first.updates().length
    write(two.live, '!')
    expect([one.live.doc.getText('t').toString().includes('!'), first.updates().length - before, kind(one.live)])
      .toEqual([true, 1, 'saving'])
    first.say(durable(2))
    expect(kind(one.live)).toBe('saved')
  })
})
