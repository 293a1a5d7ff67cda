import type { Watch } from '@/ask'
import { auth } from '@/auth'

/** Where the link in the mail ends. */
export const VERIFIED_PAGE = '/verify-email?from=mail'

/** Asks for the mail that proves an address. */
export function verificationFor(email: string) {
  return (watch: Watch) => auth.sendVerificationEmail({ email, callbackURL: VERIFIED_PAGE, fetchOptions: watch })
}
