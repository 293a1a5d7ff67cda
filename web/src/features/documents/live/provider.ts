import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness'
import { shallowRef } from 'vue'
import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector } from 'yjs'
import { nameOf } from '@/shell/copies'
import { type Keep, openKeep } from './keep'
import { Ledger } from './ledger'
import { Line, type Return } from './line'
import type { Status } from './status'
import { openTabs, type Tabs } from './tabs'
import {
  answerFrame, askAwarenessFrame, askFrame, awarenessFrame, type Facts, type Message, readFrame, updateFrame,
} from './wire'

/** What the server answers when it is asked why a socket failed: nothing at all, "come in", or a code. */
export type Reason = 'unknown' | 'fine' | { code: string }

export interface Options {
  id: string
  userId: string
  /** The schema that this page knows. */
  schema: number
  /** Asks over HTTP why there is no socket; a session that has ended is heard of there, too. */
  why: () => Promise<Reason>
  /** Fetches the page anew; false where that has been tried. */
  reload: () => boolean
  /** Whether what is kept here stays when the server refuses the document. */
  keepsRefused?: boolean
  keep?: (name: string, doc: Doc, schema: number) => Keep
  tabs?: typeof openTabs
}

type Shared = Extract<Message, { kind: 'update' | 'awareness' }>
type From = 'line' | 'tabs'

const CURSORS_EVERY = 80
const LOADING = 3000
const IN_TRASH = 'DOCUMENT_IN_TRASH'

function addressOf({ id, schema }: Options): string {
  const { protocol, host } = window.location
  const origin = `${protocol === 'https:' ? 'wss:' : 'ws:'}//${host}`
  return `${origin}/api/documents/${encodeURIComponent(id)}/live?schema=${schema}`
}

/** A document that is written together: here, in other tabs, on this device, and at the server, which says "saved". */
export class Live {
  readonly doc = new Doc()
  readonly awareness = new Awareness(this.doc)
  readonly status = shallowRef<Status>({ kind: 'connecting' })
  readonly facts = shallowRef<Facts | null>(null)
  /** Whether there is a text to show: the server's, or what this device has of it. */
  readonly ready = shallowRef(false)
  /** While this says so, what others write waits. */
  holding: () => boolean = () => false

  private readonly ledger = new Ledger()
  private readonly line: Line
  private readonly tabs: Tabs
  private readonly keep: Keep
  private held: { message: Shared, from: From }[] = []
  /** The server has said what it has of the document, so that a change can be sent by itself. */
  private joined = false
  private lost = false
  private end: Status | null = null
  private loading = true
  /** A newer page has been here: this one waits for the server to say so, too, and reloads. */
  private outdated = false
  private cursors: ReturnType<typeof setTimeout> | undefined
  private moved = false

  constructor(private readonly options: Options) {
    const name = nameOf(options.userId, options.id)
    this.keep = (options.keep ?? openKeep)(name, this.doc, options.schema)
    this.tabs = (options.tabs ?? openTabs)(name, (frame) => this.take(readFrame(frame), 'tabs'))
    this.line = new Line(addressOf(options), {
      opened: () => this.line.send(askFrame(encodeStateVector(this.doc))),
      received: (frame) => this.take(readFrame(frame), 'line'),
      closed: (code, opened) => this.closed(code, opened),
      quiet: () => this.line.send(askAwarenessFrame()),
    })
    this.doc.on('update', this.changed)
    this.awareness.on('update', this.pointed)
    void this.start()
  }

  /** How many changes are not known to be committed. */
  get unsaved(): number {
    return this.ledger.unsaved
  }

  /** Whether closing the page now would lose something. */
  get atRisk(): boolean {
    return this.ledger.unsaved > 0 && !this.keep.keeps()
  }

  /** Lets in what waited. */
  release(): void {
    if (this.holding()) return
    const { held } = this
    this.held = []
    held.forEach(({ message, from }) => this.share(message, from))
  }

  /** Leaves the document; what this device keeps of it stays, where its person may still read it. */
  stop(): void {
    removeAwarenessStates(this.awareness, [this.doc.clientID], 'local')
    this.sendCursors()
    clearTimeout(this.cursors)
    this.line.stop()
    this.tabs.close()
    const refused = this.end?.kind === 'refused' && this.end.code !== IN_TRASH
    if (refused && !this.options.keepsRefused) void this.keep.forget()
    else this.keep.close()
    this.doc.destroy()
  }

  private async start(): Promise<void> {
    const late = new Promise<null>((resolve) => setTimeout(resolve, LOADING, null))
    const kept = await Promise.race([this.keep.loaded, late])
    if (kept === null) void this.keep.loaded.then((count) => this.count(count))
    else this.ledger.change(kept)
    this.facts.value ??= await this.keep.facts().catch(() => null)
    this.loading = false
    this.outdated = this.keep.newer()
    this.ready.value ||= this.hasText()
    if (this.end) return
    this.line.connect()
    this.tabs.post(askFrame(encodeStateVector(this.doc)))
    this.tabs.post(askAwarenessFrame())
    this.show()
  }

  /** A device that took long had something after all; a line that is open has been sent it as it came. */
  private count(kept: number): void {
    if (!this.joined) this.ledger.change(kept)
    this.outdated = this.keep.newer()
    this.show()
  }

  private hasText(): boolean {
    return !this.outdated && this.doc.getXmlFragment('default').length > 0
  }

  private take(message: Message | null, from: From): void {
    if (!message) return
    if (message.kind === 'update' || message.kind === 'awareness') return this.receive(message, from)
    if (message.kind === 'ask') return this.answer(message.vector, from)
    if (message.kind === 'ask-awareness') return this.post(awarenessFrame(this.everybody()), from)
    if (from === 'tabs') return
    if (message.kind === 'facts') this.hear(message.facts)
    else this.ledger.acknowledge(message.count)
    this.show()
  }

  /** Whoever comes without a network finds the title, and whether they may write. */
  private hear(facts: Facts): void {
    this.facts.value = facts
    this.keep.remember(facts)
  }

  private post(frame: Uint8Array<ArrayBuffer>, to: From): void {
    if (to === 'line') this.line.send(frame)
    else this.tabs.post(frame)
  }

  private everybody(): Uint8Array {
    return encodeAwarenessUpdate(this.awareness, [...this.awareness.getStates().keys()])
  }

  /** Gives whoever asks what they have not; the server is then told of each change as it is made. */
  private answer(vector: Uint8Array, to: From): void {
    try {
      this.post(answerFrame(encodeStateAsUpdate(this.doc, vector)), to)
    } catch {
      return
    }
    if (to === 'tabs') return
    this.ledger.send()
    this.joined = true
    this.sendCursors()
    this.show()
  }

  private receive(message: Shared, from: From): void {
    if (this.holding() || this.held.length) this.held.push({ message, from })
    else this.share(message, from)
  }

  private share(message: Shared, from: From): void {
    try {
      if (message.kind === 'awareness') return applyAwarenessUpdate(this.awareness, message.update, from)
      applyUpdate(this.doc, message.update, from)
    } catch {
      return
    }
    if (message.answer && from === 'line') this.met()
    else if (!this.ready.value) this.ready.value = this.hasText()
  }

  /** What the server had is here. */
  private met(): void {
    this.line.calm()
    this.lost = false
    this.ready.value = !this.outdated
    this.show()
  }

  /** Whatever the server did not send it is sent, also what another tab wrote: that one may be closed before it can. */
  private changed = (update: Uint8Array, origin: unknown): void => {
    if (origin === 'line' || this.loading) return
    if (origin !== 'tabs') this.tabs.post(updateFrame(update))
    this.ledger.change()
    if (this.joined) {
      this.line.send(updateFrame(update))
      this.ledger.send()
    }
    this.show()
  }

  private pointed = ({ added, updated, removed }: Record<'added' | 'updated' | 'removed', number[]>, origin: unknown) => {
    const mine = [...added, ...updated, ...removed].includes(this.doc.clientID)
    if (!mine || origin === 'line' || origin === 'tabs') return
    this.moved = true
    this.cursors ??= setTimeout(this.sendCursors, CURSORS_EVERY)
  }

  private sendCursors = (): void => {
    clearTimeout(this.cursors)
    this.cursors = undefined
    if (!this.moved && !this.joined) return
    this.moved = false
    const frame = awarenessFrame(encodeAwarenessUpdate(this.awareness, [this.doc.clientID]))
    this.tabs.post(frame)
    if (this.joined) this.line.send(frame)
  }

  private async closed(code: number, opened: boolean): Promise<Return> {
    this.joined = false
    this.lost = true
    this.ledger.reset()
    const others = [...this.awareness.getStates().keys()].filter((each) => each !== this.doc.clientID)
    removeAwarenessStates(this.awareness, others, 'line')
    this.show()
    return this.next(code, opened)
  }

  private next(code: number, opened: boolean): Return | Promise<Return> {
    if (code === 1001 || code === 1012) return 'soon'
    if (code === 1013 || code === 4429) return 'late'
    if (code === 4413 || code === 1009) return this.finish({ kind: 'full', unsaved: this.unsaved })
    if (code === 4409) return this.options.reload() ? 'never' : this.finish({ kind: 'outdated' })
    if (opened && ![4401, 4403, 4404].includes(code)) return 'again'
    return this.inquire()
  }

  /** A refused upgrade looks like a dead server: the API knows which it is. */
  private async inquire(): Promise<Return> {
    const reason = await this.options.why().catch(() => 'unknown' as const)
    if (typeof reason === 'string') return 'again'
    return this.finish({ kind: 'refused', code: reason.code, unsaved: this.unsaved })
  }

  private finish(status: Status): Return {
    this.end = status
    this.show()
    return 'never'
  }

  private show(): void {
    this.keep.note(this.unsaved)
    this.status.value = this.end ?? this.standing()
  }

  private standing(): Status {
    const { unsaved } = this
    if (this.outdated) return { kind: 'outdated' }
    if (this.lost) return { kind: 'offline', unsaved }
    if (!this.joined || !this.facts.value || !this.ready.value) return { kind: 'connecting' }
    if (this.facts.value.role === 'reader') return { kind: 'read-only' }
    if (this.ledger.settled) return { kind: 'saved' }
    if (!this.facts.value.saving) return { kind: 'not-saved', unsaved }
    return { kind: unsaved ? 'saving' : 'connecting' }
  }
}
