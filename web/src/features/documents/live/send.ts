import { watch } from 'vue'
import { SCHEMA } from '../editor/extensions'
import { Live } from './provider'
import type { Status } from './status'
import { why } from './useLive'

/** How it ended: the server has all of it, or will have none. */
export type Sent = 'saved' | { refused: string }

function endOf(status: Status): Sent | null {
  if (status.kind === 'saved') return 'saved'
  if (status.kind === 'refused') return { refused: status.code }
  if (status.kind === 'read-only') return { refused: 'NOT_ALLOWED' }
  return status.kind === 'full' || status.kind === 'outdated' ? { refused: '' } : null
}

/** Sends what this device has of a document that no page shows; ends early where `stop` is called. */
export function sendKept(id: string, userId: string, done: (how: Sent) => void): { stop: () => void } {
  const live = new Live({ id, userId, schema: SCHEMA, why: () => why(id), reload: () => false, keepsRefused: true })
  const unwatch = watch(live.status, (status) => {
    const how = endOf(status)
    if (!how) return
    stop()
    done(how)
  })
  let stopped = false
  function stop(): void {
    if (stopped) return
    stopped = true
    unwatch()
    live.stop()
  }
  return { stop }
}
