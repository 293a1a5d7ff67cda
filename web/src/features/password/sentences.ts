import type { Sentence } from '@/words/t'

/** Sentences for the codes about passwords. */
export const sentences: Record<string, Sentence> = {
  INVALID_PASSWORD: 'That password is not right.',
  PASSWORD_TOO_SHORT: 'That password is too short.',
  PASSWORD_TOO_LONG: 'That password is too long.',
  PASSWORD_COMPROMISED: 'This password is on a list that others have, so it is guessed first. Choose another.',
  PASSWORD_ALREADY_SET: 'There is a password for this account already.',
  CREDENTIAL_ACCOUNT_NOT_FOUND: 'This account has no password yet.',
  'OUTCOME_UNKNOWN.change': 'The connection to the database was lost. It is not known whether your password was changed: if the current one is refused now, or you are signed out, the new one counts.',
  'OUTCOME_UNKNOWN.reset': 'The connection to the database was lost. It is not known whether your password was changed: try to sign in with the new one. Where that is refused, use this link once more.',
  RESET_PASSWORD_DISABLED: 'Passwords cannot be reset here.',
}
