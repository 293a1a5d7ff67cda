import type { Watch } from '@/ask'
import { auth } from '@/auth'
import { sentences } from '@/features/email_otp/sentences'
import { learn } from '@/sentence'

learn(sentences)

/** Asks for the mail with a code to sign in with. */
export function codeFor(email: string) {
  const body = { email, type: 'sign-in' }
  return (watch: Watch) => auth.$fetch('/email-otp/send-verification-otp', { method: 'POST', body, ...watch })
}

/** Shows the code. */
export function signIn(email: string, otp: string) {
  return (watch: Watch) => auth.$fetch<object>('/sign-in/email-otp', { method: 'POST', body: { email, otp }, ...watch })
}

/** Asks for the mail with a code that chooses a new password. */
export function resetCodeFor(email: string) {
  return (watch: Watch) => auth.$fetch('/email-otp/request-password-reset', { method: 'POST', body: { email }, ...watch })
}

/** Chooses it. */
export function resetBy(email: string, otp: string, password: string) {
  const body = { email, otp, password }
  return (watch: Watch) => auth.$fetch<object>('/email-otp/reset-password', { method: 'POST', body, ...watch })
}

export const mailForReset = (email: string) => `reset-code:${email}`

/** Which mail it is, for the time until it is sent again. */
export const mailTo = (email: string) => `code:${email}`
