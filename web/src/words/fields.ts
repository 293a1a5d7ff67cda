import { t } from '@/words/t'

/** What the server would refuse for certain, said before it is asked: something, an @, and a domain. */
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/

export function checkEmail(email: string): { email?: string } {
  if (!email.trim()) return { email: t('Enter your e-mail address.') }
  return EMAIL.test(email.trim()) ? {} : { email: t('Enter an e-mail address such as name@example.com.') }
}

/** Of which nothing can be seen: spaces, controls, marks without a letter, blank letters. The server knows the same. */
const BLANK = /^[\s\p{Cc}\p{Cf}\p{Cs}\p{Mn}\p{Me}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]*$/u

export function checkName(name: string): { name?: string } {
  return BLANK.test(name) ? { name: t('Enter your name.') } : {}
}

export function checkNewPassword(password: string, min: number, max: number): { password?: string } {
  if (!password) return { password: t('Choose a password.') }
  if (password.length < min) return { password: t('Use at least {min} characters.', { min }) }
  return password.length > max ? { password: t('Use at most {max} characters.', { max }) } : {}
}

/** A password that exists already: the server alone knows whether it is right. */
export function checkPassword(password: string): { password?: string } {
  return password ? {} : { password: t('Enter your password.') }
}
