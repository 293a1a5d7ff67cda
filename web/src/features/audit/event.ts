import { t, type Plain } from '@/words/t'

/** Something that happened to the account, as the server tells it. */
export interface Event {
  id: string
  event: string
  result: 'success' | 'failure'
  by: 'you' | 'operator' | 'somebody'
  createdAt: string
  ipAddress: string | null
  userAgent: string | null
  /** Whether it was done in the session that asks. */
  current: boolean
}

const WORDS: Record<string, Plain> = {
  'sign-up': 'The account was created',
  'sign-up-repeated': 'Somebody tried to create another account with your address',
  'sign-in': 'Signed in',
  'sign-in-failed': 'A wrong password or passkey was used',
  'sign-in-refused': 'A sign-in was refused',
  'sign-out': 'Signed out',
  'magic-link-requested': 'A link to sign in was asked for',
  'session-switched': 'This account was chosen among those of the browser',
  'guest-linked': 'A guest became you by signing in',
  'code-requested': 'A code was asked for',
  'phone-number-verified': 'The phone number was confirmed',
  'phone-number-changed': 'The phone number was changed',
  'code-refused': 'A wrong code was entered',
  'one-time-token-generated': 'Another browser may be signed in without a password',
  'session-handed-on': 'A session was taken to another browser',
  'session-revoked': 'A session was ended',
  'sessions-revoked': 'All sessions were ended',
  'other-sessions-revoked': 'All other sessions were ended',
  'two-factor-asked': 'A second factor was asked for',
  'two-factor-enabled': 'The second factor was turned on',
  'two-factor-disabled': 'The second factor was turned off',
  'two-factor-reset': 'The second factor was turned off',
  'two-factor-checked': 'The second factor was confirmed',
  'two-factor-failed': 'A wrong code was entered',
  'two-factor-locked': 'Too many wrong codes: signing in was locked for a while',
  'two-factor-code-sent': 'A code was mailed',
  'trusted-browsers-forgotten': 'Trusted browsers were forgotten',
  'backup-codes-generated': 'Backup codes were made',
  'password-changed': 'The password was changed',
  'password-set': 'A new password was set',
  'password-reset': 'The password was reset by mail',
  'password-reset-requested': 'A mail to reset the password was asked for',
  'password-checked': 'The password was confirmed',
  'password-check-failed': 'A wrong password was entered',
  'verification-requested': 'A mail to confirm the address was asked for',
  'email-verified': 'The e-mail address was confirmed',
  'email-change-requested': 'Another e-mail address was asked for',
  'email-changed': 'The e-mail address was changed',
  'deletion-requested': 'A mail to delete the account was asked for',
  'passkey-added': 'A passkey was added',
  'passkey-renamed': 'A passkey was renamed',
  'passkey-deleted': 'A passkey was deleted',
  'passkey-refused': 'A passkey could not be added',
  'account-linked': 'A way to sign in was added',
  'account-unlinked': 'A way to sign in was removed',
  'document-shared': 'Access to a document of yours was given or changed',
  'document-unshared': 'Access to a document of yours was taken away',
  'document-transferred': 'A document of yours was handed over',
  'document-restored': 'A document was taken back from the trash',
  'document-deleted': 'A document was deleted for good',
  'document-link-refused': 'A link to a document did not work',
  'user-created': 'The account was created',
}

/** "some-thing-new" as "Some thing new": of events that a newer server knows. */
function spelled(name: string): string {
  const words = name.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** What happened, in words. */
export function describeEvent({ event, by }: Pick<Event, 'event' | 'by'>): string {
  const found = WORDS[event]
  const words = found ? t(found) : spelled(event)
  return by === 'operator' ? t('{words} by whoever runs this server', { words }) : words
}
