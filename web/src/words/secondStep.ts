import type { Sentence } from '@/words/t'

/** Sentences for the codes of the second factor; `learn` takes them where it is shown, or set up. */
export const secondStep: Record<string, Sentence> = {
  INVALID_CODE: 'That code is wrong, or it was used before. Enter the newest one.',
  INVALID_BACKUP_CODE: 'That is none of your backup codes, or it was used before.',
  INVALID_TWO_FACTOR_COOKIE: 'This sign-in took too long, or it ended elsewhere. Sign in again.',
  TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE: 'Too many wrong codes. Start again with a new one.',
  ACCOUNT_TEMPORARILY_LOCKED: 'Too many wrong codes. For your safety nobody can sign in to this account for a quarter of an hour.',
  OTP_HAS_EXPIRED: 'That code is not good any more. Have a new one mailed.',
  OTP_NOT_CONFIGURED: 'Codes cannot be mailed here.',
  TOTP_NOT_ENABLED: 'There is no authenticator app to check the code with.',
  TOTP_ALREADY_ENABLED: 'An authenticator app is set up already. Turn two-step sign-in off to set up another one.',
  TWO_FACTOR_NOT_ENABLED: 'Two-step sign-in is off.',
  BACKUP_CODES_NOT_ENABLED: 'There are no backup codes for this account.',
  TWO_FACTOR_UNREADABLE: 'The second step of this account cannot be checked. Ask whoever runs this server.',
}
