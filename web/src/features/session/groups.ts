import type { Session } from '@/auth'
import { describeDevice } from '@/words/device'

export interface Group { key: string, sessions: [Session, ...Session[]] }

/** Sessions that read alike, the same browser at the same address, are one entry, where the first of them stands. */
export function groupsOf(sessions: readonly Session[]): Group[] {
  const groups = new Map<string, Group>()
  for (const session of sessions) {
    const key = `${describeDevice(session.userAgent).text} ${session.ipAddress ?? ''}`
    const group = groups.get(key)
    if (group) group.sessions.push(session)
    else groups.set(key, { key, sessions: [session] })
  }
  return [...groups.values()]
}
