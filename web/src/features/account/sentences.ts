import type { Sentence } from '@/words/t'

/** Sentences for the codes of the ways to sign in, and of the providers’ tokens. */
export const sentences: Record<string, Sentence> = {
  ACCOUNT_NOT_FOUND: 'That account is not linked.',
  FAILED_TO_UNLINK_LAST_ACCOUNT: 'This is your only way to sign in, so it stays.',
  FAILED_TO_GET_USER_INFO: 'The account’s details could not be read.',
  FAILED_TO_GET_ACCESS_TOKEN: 'The provider did not let us in. Link the account again.',
  FAILED_TO_REFRESH_ACCESS_TOKEN: 'The provider did not let us in. Link the account again.',
  ACCESS_TOKEN_NOT_FOUND: 'The provider did not let us in. Link the account again.',
  REFRESH_TOKEN_NOT_FOUND: 'The provider did not let us in. Link the account again.',
  TOKEN_REFRESH_NOT_SUPPORTED: 'The provider does not renew access.',
}
