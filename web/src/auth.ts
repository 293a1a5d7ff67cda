import { createAuthClient } from 'better-auth/vue'

const lostListeners = new Set<() => void>()

/** Calls back when the server no longer knows the session that a request came with. */
export function onSessionLost(listener: () => void): void {
  lostListeners.add(listener)
}

function meansSessionLost(status: number, code: unknown): boolean {
  return status === 401 && (code === undefined || code === 'UNAUTHORIZED' || code === 'FAILED_TO_GET_SESSION')
}

/** The client of the authentication API, on the page's own origin. */
export const auth = createAuthClient({
  fetchOptions: {
    onError({ error }) {
      if (meansSessionLost(error.status, error.code)) lostListeners.forEach((listener) => listener())
    },
  },
})

/** A session and whose it is, as get-session answers. */
export type Who = typeof auth.$Infer.Session
export type User = Who['user']
export type Session = Who['session']
