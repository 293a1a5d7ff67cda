import type { Session } from '@/auth'

/** A session that ends with the browser lasts a day at most; the cookie that says so is not for scripts. */
const DAY = 86_400_000
const SLACK = 60_000

/** Whether "keep me signed in" was chosen for the session, as far as its length tells. */
export function isRemembered(session: Pick<Session, 'createdAt' | 'expiresAt'> | null): boolean {
  return !session || session.expiresAt.getTime() - session.createdAt.getTime() > DAY + SLACK
}
