import type { Sentence } from '@/words/t'

/** Sentences for the codes of names to sign in with; `learn` takes them where such a name can be given. */
export const sentences: Record<string, Sentence> = {
  INVALID_USERNAME_OR_PASSWORD: 'That username and password do not match an account.',
  USERNAME_TOO_SHORT: 'A username has at least 3 characters.',
  USERNAME_TOO_LONG: 'A username has at most 30 characters.',
  INVALID_USERNAME: 'A username has letters, digits, dots and underscores only.',
  USERNAME_IS_ALREADY_TAKEN: 'Somebody has that username already. Choose another one.',
}
