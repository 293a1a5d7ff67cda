import type { User } from '@/auth'

/** Whether sign-in says that this person is signed in now: it may ask for more, or answer what is not known here. */
export function isSignedIn(answer: unknown, person: Pick<User, 'id'>): boolean {
  const { token, user } = (answer ?? {}) as { token?: unknown, user?: Partial<User> | null }
  return typeof token === 'string' && token !== '' && user?.id === person.id
}
