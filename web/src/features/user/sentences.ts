import type { Sentence } from '@/words/t'

/** Sentences for the codes of changing and deleting the account. */
export const sentences: Record<string, Sentence> = {
  FAILED_TO_UPDATE_USER: 'The change could not be saved. Please try again.',
  USER_ALREADY_HAS_PASSWORD: 'Enter your password to delete the account.',
}
