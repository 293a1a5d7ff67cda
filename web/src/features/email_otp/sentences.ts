import type { Sentence } from '@/words/t'

/** Sentences for the codes of mailed codes; `learn` takes them where one is asked for. */
export const sentences: Record<string, Sentence> = {
  OTP_NOT_FOUND: 'That code is not right, or it was used before.',
  OTP_EXPIRED: 'This code is too old. Ask for a new one.',
  INVALID_OTP: 'That code is not right, or it was used before.',
  TOO_MANY_ATTEMPTS: 'That was wrong too often. Ask for a new code.',
  'OUTCOME_UNKNOWN.reset-code': 'The connection to the database was lost. It is not known whether your password was changed: try to sign in with the new one. Where that is refused, enter the code once more.',
}
