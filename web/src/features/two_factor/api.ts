import type { Watch } from '@/ask'
import { auth } from '@/auth'
import { learn } from '@/sentence'
import { secondStep } from '@/words/secondStep'

learn(secondStep)

export interface Enrolment { totpURI: string, backupCodes: string[] }

function post<T>(path: string, body: object) {
  return (watch: Watch) => auth.$fetch<T>(`/two-factor/${path}`, { method: 'POST', body, ...watch })
}

export const enable = (password: string) => post<Enrolment>('enable', { password })
export const verify = (code: string) => post<object>('verify-totp', { code })
export const disable = (password: string) => post<object>('disable', { password })
export const makeCodes = (password: string) => post<{ backupCodes: string[] }>('generate-backup-codes', { password })

/** Has every browser asked for the second step again; beside better-auth's API, which has no such thing. */
export function forgetBrowsers(watch: Watch) {
  const address = `${window.location.origin}/api/two-factor/trusted-browsers`
  return auth.$fetch<object>(address, { method: 'DELETE', ...watch })
}

/** The key in what an authenticator app reads, for who types it: in groups of four. */
export function keyIn(uri: string): string {
  const key = new URL(uri).searchParams.get('secret') ?? ''
  return key.match(/.{1,4}/g)?.join(' ') ?? ''
}
