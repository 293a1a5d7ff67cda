import { auth } from '@/auth'
import type { Watch } from '@/problem'

/** Where the links in mails end. */
export const VERIFIED_PAGE = '/verify-email?from=mail'
export const CHANGED_PAGE = '/verify-email?for=change'
export const RESET_PAGE = '/reset-password'
export const DELETE_PAGE = '/delete-account'

/** Requests of the mail that proves an address. */
export function verificationFor(email: string) {
  return (watch: Watch) => auth.sendVerificationEmail({ email, callbackURL: VERIFIED_PAGE, fetchOptions: watch })
}

/** Requests of the mail that leads to a new password. */
export function resetFor(email: string) {
  return (watch: Watch) => auth.requestPasswordReset({ email, redirectTo: RESET_PAGE, fetchOptions: watch })
}

/** Requests of the mail that changes the address. */
export function changeTo(newEmail: string) {
  return (watch: Watch) => auth.changeEmail({ newEmail, callbackURL: CHANGED_PAGE, fetchOptions: watch })
}
