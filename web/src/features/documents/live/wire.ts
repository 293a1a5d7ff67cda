import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'

/** What the server says of the document and of whoever asks. */
export interface Facts { role: 'owner' | 'editor' | 'reader', saving: boolean, title: string, icon: string | null }

/** One frame, read. An `answer` is the reply to what this side said that it has. */
export type Message =
  | { kind: 'ask', vector: Uint8Array }
  | { kind: 'update', update: Uint8Array, answer: boolean }
  | { kind: 'awareness', update: Uint8Array }
  | { kind: 'ask-awareness' }
  | { kind: 'durable', count: number }
  | { kind: 'facts', facts: Facts }

const SYNC = 0
const AWARENESS = 1
const ASK_AWARENESS = 3
const DURABLE = 100
const FACTS = 101

function readSync(decoder: decoding.Decoder): Message | null {
  const step = decoding.readVarUint(decoder)
  const bytes = decoding.readVarUint8Array(decoder)
  if (step === 0) return { kind: 'ask', vector: bytes }
  return step > 2 ? null : { kind: 'update', update: bytes, answer: step === 1 }
}

const READERS: Record<number, (decoder: decoding.Decoder) => Message | null> = {
  [SYNC]: readSync,
  [AWARENESS]: (decoder) => ({ kind: 'awareness', update: decoding.readVarUint8Array(decoder) }),
  [ASK_AWARENESS]: () => ({ kind: 'ask-awareness' }),
  [DURABLE]: (decoder) => ({ kind: 'durable', count: decoding.readVarUint(decoder) }),
  [FACTS]: (decoder) => ({ kind: 'facts', facts: JSON.parse(decoding.readVarString(decoder)) as Facts }),
}

/** What a frame says; null for what is cut off, or of a kind that is not known here. */
export function readFrame(frame: Uint8Array): Message | null {
  try {
    const decoder = decoding.createDecoder(frame)
    return READERS[decoding.readVarUint(decoder)]?.(decoder) ?? null
  } catch {
    return null
  }
}

function frameOf(numbers: readonly number[], bytes?: Uint8Array): Uint8Array<ArrayBuffer> {
  const encoder = encoding.createEncoder()
  numbers.forEach((number) => encoding.writeVarUint(encoder, number))
  if (bytes) encoding.writeVarUint8Array(encoder, bytes)
  return new Uint8Array(encoding.toUint8Array(encoder))
}

export const askFrame = (vector: Uint8Array) => frameOf([SYNC, 0], vector)
export const answerFrame = (update: Uint8Array) => frameOf([SYNC, 1], update)
export const updateFrame = (update: Uint8Array) => frameOf([SYNC, 2], update)
export const awarenessFrame = (update: Uint8Array) => frameOf([AWARENESS], update)
export const askAwarenessFrame = () => frameOf([ASK_AWARENESS])
