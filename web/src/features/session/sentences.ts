import type { Sentence } from '@/words/t'

/** Sentences for the codes about sessions. */
export const sentences: Record<string, Sentence> = {
  NO_SESSION: 'Your browser did not keep the session. Allow cookies for this site, then try again.',
  NOT_CONFIRMED: 'That it is you cannot be confirmed here. Sign out, then in again, to go on.',
  UNAUTHORIZED: 'You are not signed in any more. Sign in to go on.',
  FAILED_TO_GET_SESSION: 'Your session could not be read. Sign in again.',
  FAILED_TO_CREATE_SESSION: 'You could not be signed in just now. Please try again.',
  SESSION_EXPIRED: 'You signed in a while ago. Confirm that it is you to do this.',
  SESSION_NOT_FRESH: 'You signed in a while ago. Confirm that it is you to see this.',
  FAILED_TO_UPDATE_SESSION: 'The change could not be saved. Please try again.',
}
