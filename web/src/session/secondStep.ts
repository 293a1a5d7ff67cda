import type { LocationQuery, RouteLocationRaw } from 'vue-router'

/** What can be shown at the second step of signing in; backup codes come with an authenticator app. */
export type Way = 'totp' | 'otp' | 'backup-code'

const ASKED = ['totp', 'otp'] as const

function known(methods: readonly unknown[]): Way[] {
  const found: Way[] = ASKED.filter((way) => methods.includes(way))
  return found.includes('totp') ? [...found, 'backup-code'] : found
}

/** What a sign-in asks for in place of a session; null where it asks for nothing that is known here. */
export function waysAsked(answer: unknown): Way[] | null {
  const { twoFactorRedirect, twoFactorMethods } = (answer ?? {}) as Partial<Record<string, unknown>>
  if (twoFactorRedirect !== true || !Array.isArray(twoFactorMethods)) return null
  const ways = known(twoFactorMethods)
  return ways.length > 0 ? ways : null
}

/** The same as the address of the page has it; all there is where it says nothing. */
export function waysIn(query: LocationQuery): Way[] {
  const ways = known(String(query.methods ?? '').split(','))
  return ways.length > 0 ? ways : known(ASKED)
}

/** The page that asks, with the way on that the sign-in page had. */
export function secondStep(ways: readonly Way[], { redirect }: LocationQuery): RouteLocationRaw {
  const methods = ways.filter((way) => way !== 'backup-code').join(',')
  return { path: '/two-factor', query: { methods, ...(redirect && { redirect }) } }
}
