import type { LocationQueryValue } from 'vue-router'

const HOME = '/dashboard'

function hasForbiddenCharacter(path: string): boolean {
  return [...path].some((character) => character === '\\' || character <= ' ' || character === '\u007f')
}

/** A path on this origin that is safe to go to after signing in, or null. */
export function safePath(value: unknown, origin = window.location.origin): string | null {
  if (typeof value !== 'string' || !value.startsWith('/') || hasForbiddenCharacter(value)) return null
  const url = URL.canParse(value, origin) ? new URL(value, origin) : null
  if (url?.origin !== origin || value.startsWith('//') || url.pathname.startsWith('//')) return null
  return url.pathname + url.search + url.hash
}

type Query = LocationQueryValue | LocationQueryValue[] | undefined

/** Where a signed-in visitor of a guest page goes: the page asked for before, or the dashboard. */
export function redirectTarget(redirect: Query): string {
  return safePath(Array.isArray(redirect) ? redirect[0] : redirect) ?? HOME
}

/** The page asked for, with the fragment that no server is told of: a browser carries it along to the sign-in page. */
export function withFragment(redirect: Query, fragment: string): string | null {
  const asked = Array.isArray(redirect) ? redirect[0] : redirect
  return asked && fragment && !asked.includes('#') ? asked + fragment : null
}

/** The way to the sign-in page and back. */
export function loginFor(fullPath: string): { path: string, query: Record<string, string> } {
  return { path: '/login', query: fullPath === HOME ? {} : { redirect: fullPath } }
}
