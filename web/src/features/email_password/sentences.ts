import type { Sentence } from '@/words/t'

/** Sentences for the codes of signing up and in with e-mail and password. */
export const sentences: Record<string, Sentence> = {
  INVALID_EMAIL_OR_PASSWORD: 'E-mail and password do not match. Check both and try again.',
  INVALID_EMAIL: 'Enter an e-mail address such as name@example.com.',
  USER_ALREADY_EXISTS: 'There is an account with this e-mail address already. Sign in, or use another address.',
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL:
    'There is an account with this e-mail address already. Sign in, or use another address.',
  FAILED_TO_CREATE_USER: 'The account could not be made. Check what you entered and try again.',
  EMAIL_PASSWORD_DISABLED: 'Signing in with e-mail and password is switched off here.',
  EMAIL_PASSWORD_SIGN_UP_DISABLED: 'New accounts cannot be made here at the moment.',
  EMAIL_NOT_VERIFIED: 'Confirm your e-mail address first, with the link in our mail to it.',
}
