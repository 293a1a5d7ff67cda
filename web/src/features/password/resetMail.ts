import type { Watch } from '@/ask'
import { auth } from '@/auth'

/** Asks for the mail that leads to a new password. */
export function resetFor(email: string) {
  return (watch: Watch) => auth.requestPasswordReset({ email, redirectTo: '/reset-password', fetchOptions: watch })
}
