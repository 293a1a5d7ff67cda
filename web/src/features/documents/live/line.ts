/** When to come again after a socket has closed. */
export type Return = 'soon' | 'again' | 'late' | 'never'

export interface Ends {
  opened: () => void
  received: (frame: Uint8Array) => void
  /** The socket is gone; `opened` says whether it ever was there. */
  closed: (code: number, opened: boolean) => Return | Promise<Return>
  /** Nothing was heard for a while: ask for something. */
  quiet: () => void
}

const LONGEST = 30_000
const OPENING = 15_000
const QUIET = 20_000
const DEAD = 10_000
const LOST = 1006

/** How long to wait before the next try: everybody comes at a time of their own. */
export function pause(when: Exclude<Return, 'never'>, tries: number, chance = Math.random()): number {
  if (when === 'soon') return 100 + 1900 * chance
  if (when === 'late') return 15_000 + 15_000 * chance
  return Math.min(LONGEST, 500 * 2 ** tries) * (0.5 + 0.5 * chance)
}

/** One socket to an address, made again whenever it is lost, and given up where nothing is heard over it. */
export class Line {
  private socket: WebSocket | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  private tries = 0
  private over = false

  constructor(private readonly address: string, private readonly ends: Ends) {
    window.addEventListener('online', this.hurry)
    window.addEventListener('offline', this.doubt)
    window.addEventListener('pageshow', this.hurry)
    document.addEventListener('visibilitychange', this.wake)
  }

  get isOpen(): boolean {
    return this.socket?.readyState === WebSocket.OPEN
  }

  connect = (): void => {
    this.plan(() => this.lose(LOST), OPENING)
    const socket = this.socket = new WebSocket(this.address)
    let opened = false
    socket.binaryType = 'arraybuffer'
    socket.onopen = () => {
      opened = true
      this.listen()
      this.ends.opened()
    }
    socket.onmessage = ({ data }) => {
      this.listen()
      if (data instanceof ArrayBuffer) this.ends.received(new Uint8Array(data))
    }
    socket.onclose = ({ code }) => void this.closed(code, opened)
    this.giveUp = () => void this.closed(LOST, opened)
  }

  /** All is well: the next loss is the first one. */
  calm(): void {
    this.tries = 0
  }

  send(frame: Uint8Array<ArrayBuffer>): void {
    if (this.isOpen) this.socket?.send(frame)
  }

  stop(): void {
    this.over = true
    this.drop()
    window.removeEventListener('online', this.hurry)
    window.removeEventListener('offline', this.doubt)
    window.removeEventListener('pageshow', this.hurry)
    document.removeEventListener('visibilitychange', this.wake)
  }

  private giveUp: () => void = () => undefined

  /** A pause is cut short; a socket that slept has to answer. */
  private hurry = (): void => {
    if (this.over) return
    if (!this.socket) this.connect()
    else if (this.isOpen) this.doubt()
  }

  private wake = (): void => {
    if (document.visibilityState === 'visible') this.hurry()
  }

  private doubt = (): void => {
    if (!this.isOpen) return
    this.ends.quiet()
    this.plan(() => this.lose(LOST), DEAD)
  }

  private listen(): void {
    this.plan(this.doubt, QUIET)
  }

  private plan(then: () => void, after: number): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(then, after)
  }

  /** A dead peer never closes: its socket is left to itself. */
  private lose(code: number): void {
    if (code === LOST) this.giveUp()
  }

  private drop(): void {
    clearTimeout(this.timer)
    const { socket } = this
    this.socket = null
    if (!socket) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
  }

  private async closed(code: number, opened: boolean): Promise<void> {
    this.drop()
    const when = await this.ends.closed(code, opened)
    if (this.over || this.socket || when === 'never') return
    this.plan(this.connect, pause(when, this.tries++))
  }
}
