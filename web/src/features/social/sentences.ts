/** Sentences for the codes of signing in with a provider, and of linking one. */
export const sentences: Record<string, string> = {
  USER_EMAIL_NOT_FOUND: 'The provider did not tell us an e-mail address.',
  SOCIAL_ACCOUNT_ALREADY_LINKED: 'That account is linked to somebody already.',
  LINKED_ACCOUNT_ALREADY_EXISTS: 'That account is linked already.',
  LINKING_NOT_ALLOWED: 'That account cannot be linked.',
  LINKING_DIFFERENT_EMAILS_NOT_ALLOWED: 'Only an account with the same e-mail address can be linked.',
  LINKING_FAILED: 'The account could not be linked. Please try again.',
  PROVIDER_NOT_FOUND: 'That way of signing in is not offered here.',
  PROVIDER_NOT_SUPPORTED: 'That way of signing in is not offered here.',
  PROVIDER_NOT_CONFIGURED: 'That way of signing in is not offered here.',
  ID_TOKEN_NOT_SUPPORTED: 'That way of signing in is not offered here.',
  OAUTH_LINK_ERROR: 'That account could not be used to sign in.',
}
