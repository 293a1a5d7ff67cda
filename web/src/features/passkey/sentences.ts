import type { Sentence } from '@/words/t'

/** Sentences for the codes of passkeys: the server’s, and those of the browser’s own part. */
export const sentences: Record<string, Sentence> = {
  CHALLENGE_NOT_FOUND: 'That took too long, or was done in another tab. Please try again.',
  YOU_ARE_NOT_ALLOWED_TO_REGISTER_THIS_PASSKEY: 'That passkey is not yours to change.',
  FAILED_TO_VERIFY_REGISTRATION: 'That passkey could not be checked, so it was not added. Please try again.',
  PREVIOUSLY_REGISTERED: 'That device or password manager has a passkey for an account here already.',
  PASSKEY_NOT_FOUND: 'That passkey is not known here. It may have been deleted: sign in another way.',
  AUTHENTICATION_FAILED: 'That passkey was not accepted. Try again, or sign in another way.',
  AUTH_CANCELLED: 'No passkey was used. Try again, or sign in another way.',
  ERROR_PASSTHROUGH_SEE_CAUSE_PROPERTY: 'No passkey was used. Try again, or go on another way.',
  ERROR_CEREMONY_ABORTED: 'No passkey was used. Try again when you are ready.',
  ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED: 'That device or password manager has a passkey for this account already.',
  ERROR_INVALID_DOMAIN: 'Passkeys do not work at this address. Open the app at its usual one.',
  ERROR_INVALID_RP_ID: 'Passkeys do not work at this address. Open the app at its usual one.',
}
