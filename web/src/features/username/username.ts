import type { Watch } from '@/ask'
import { auth } from '@/auth'
import { sentences } from '@/features/username/sentences'
import { learn, sentence } from '@/sentence'

learn(sentences)

/** What the server would refuse for certain; the code of why, or null. */
export function objection(name: string): string | null {
  if (name.length < 3) return 'USERNAME_TOO_SHORT'
  if (name.length > 30) return 'USERNAME_TOO_LONG'
  return /^[a-zA-Z0-9_.]+$/.test(name) ? null : 'INVALID_USERNAME'
}

/** The same as a sentence. */
export function checkUsername(name: string): string | null {
  const code = objection(name)
  return code && sentence(code)
}

function post<T>(path: string, body: object) {
  return (watch: Watch) => auth.$fetch<T>(path, { method: 'POST', body, ...watch })
}

export const signIn = (username: string, proof: { password: string, rememberMe: boolean }) =>
  post<object>('/sign-in/username', { username, ...proof })

export const isAvailable = (username: string) => post<{ available: boolean }>('/is-username-available', { username })

/** Takes a name, to be shown as it was typed. */
export const take = (username: string) => post<object>('/update-user', { username, displayUsername: username })
