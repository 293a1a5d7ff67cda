import account from './account'
import avatar from './avatar'
import emailPassword from './email_password'
import emailVerification from './email_verification'
import magicLink from './magic_link'
import passkey from './passkey'
import password from './password'
import session from './session'
import social from './social'
import twoFactor from './two_factor'
import user from './user'

/** What the app does, ordered as in handlers/__init__.py; a feature with nothing but pages is in pages.json alone. */
export const FEATURES = [
  emailPassword, password, emailVerification, session, user, account, avatar, social, magicLink, passkey, twoFactor,
] as const
