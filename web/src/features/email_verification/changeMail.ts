import type { Watch } from '@/ask'
import { auth } from '@/auth'

/** Asks for the mail that changes the address. */
export function changeTo(newEmail: string) {
  return (watch: Watch) => auth.changeEmail({ newEmail, callbackURL: '/verify-email?for=change', fetchOptions: watch })
}
