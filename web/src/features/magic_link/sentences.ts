import type { Sentence } from '@/words/t'

/** Sentences for what a mailed link that signs in comes back with. */
export const sentences: Record<string, Sentence> = {
  new_user_signup_disabled: 'There is no account with that e-mail address here, and nobody can sign up by a link.',
  failed_to_create_user: 'No account could be made for you. Please try again.',
}
