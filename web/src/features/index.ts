import account from './account'
import emailPassword from './email_password'
import emailVerification from './email_verification'
import magicLink from './magic_link'
import password from './password'
import session from './session'
import user from './user'

/**
 * What the app does, ordered as in handlers/__init__.py; a feature with nothing but pages is in pages.json alone, as is
 * one whose sentences are loaded with its parts.
 */
export const FEATURES = [
  emailPassword, password, emailVerification, session, user, account, magicLink,
] as const
