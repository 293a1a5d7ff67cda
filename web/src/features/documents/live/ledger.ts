/**
 * Which of the changes made here are committed. The server counts the frames with content that came over one socket;
 * a new socket begins anew, and its first frame carries whatever the server turned out not to have.
 */
export class Ledger {
  private frames: { number: number, changes: number }[] = []
  private waiting = 0
  private sent = 0

  /** A change that no frame has carried. */
  change(count = 1): void {
    this.waiting += count
  }

  /** A frame that carries all that waits. */
  send(): void {
    this.frames.push({ number: ++this.sent, changes: this.waiting })
    this.waiting = 0
  }

  /** The first `count` frames are committed. */
  acknowledge(count: number): void {
    this.frames = this.frames.filter(({ number }) => number > count)
  }

  /** The socket is gone: nobody will say what became of its frames. */
  reset(): void {
    this.waiting = this.unsaved
    this.frames = []
    this.sent = 0
  }

  /** How many changes are not known to be committed. */
  get unsaved(): number {
    return this.frames.reduce((sum, { changes }) => sum + changes, this.waiting)
  }

  /** Whether nothing is on its way: also the first frame of a socket, which may carry what nobody counted. */
  get settled(): boolean {
    return this.waiting === 0 && this.frames.length === 0
  }
}
