import type { Verification } from '@/features/email_verification/useVerification'
import type { Plain } from '@/words/t'

interface Words { title: Plain, text: Plain }

/** What `pending` is while no link is known to have gone out. */
export const unsent: Words = {
  title: 'Confirm your e-mail',
  text: 'Have a link sent to you. Follow it, and this page moves on by itself.',
}

/** What each stand of a confirmation is called, and what it means. */
export const verification: Record<Verification, Words> = {
  'pending': {
    title: 'Confirm your e-mail',
    text: 'We sent you a link. Follow it, and this page moves on by itself.',
  },
  'done': {
    title: 'Your e-mail is confirmed',
    text: 'Thank you. Now we can reach you when you lose your password.',
  },
  'already': {
    title: 'Nothing left to confirm',
    text: 'Your e-mail address was confirmed before.',
  },
  'unknown': {
    title: 'Confirm your e-mail',
    text: 'Sign in to see whether your address is confirmed, or have a new link sent to you.',
  },
  'expired': {
    title: 'This link has expired',
    text: 'A link works for an hour. Have a new one sent to you.',
  },
  'invalid': {
    title: 'This link does not work',
    text: 'It may have been copied in part, or the address has changed since. Have a new one sent to you.',
  },
  'no user': {
    title: 'This account is gone',
    text: 'The account that the link was made for does not exist any more.',
  },
  'other user': {
    title: 'This link is somebody else’s',
    text: 'It belongs to another account than the one you are signed in with. Sign out, then open it again.',
  },
  'change done': {
    title: 'Your e‑mail address is changed',
    text: 'From now on you sign in with the new one.',
  },
  'change half': {
    title: 'One more step',
    text: 'Your old address has agreed. Now follow the link that we sent to the new one.',
  },
  'change unknown': {
    title: 'Thank you',
    text: 'Your answer is noted. If a second mail has come to the new address, follow its link too; then the change is done.',
  },
}
