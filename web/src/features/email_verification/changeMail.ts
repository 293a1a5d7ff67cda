import type { Watch } from '@/ask'
import { auth } from '@/auth'

/** Where the links of the mails end, and by which the server knows that it is this app which asks. */
export const CHANGED_PAGE = '/verify-email?for=change'

/** Asks for the mail that changes the address. */
export function changeTo(newEmail: string) {
  return (watch: Watch) => auth.changeEmail({ newEmail, callbackURL: CHANGED_PAGE, fetchOptions: watch })
}
