import type { Sentence } from '@/words/t'

/** Sentences for the codes of proving and changing the address. */
export const sentences: Record<string, Sentence> = {
  INVALID_USER: 'This link belongs to another account.',
  TOKEN_EXPIRED: 'This link is too old. Ask for a new one.',
  FAILED_TO_CREATE_VERIFICATION: 'The link could not be made. Please try again.',
  VERIFICATION_EMAIL_NOT_ENABLED: 'E-mail addresses are not confirmed here.',
  EMAIL_ALREADY_VERIFIED: 'This e-mail address is confirmed already.',
  EMAIL_MISMATCH: 'That is not the e-mail address of your account.',
  EMAIL_CAN_NOT_BE_UPDATED: 'The e-mail address cannot be changed here.',
  CHANGE_EMAIL_DISABLED: 'The e-mail address cannot be changed here.',
}
