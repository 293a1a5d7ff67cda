import type { LocationQueryValue } from 'vue-router'
import pages from '../../pages.json'
import { isOn } from '@/boot'

/** Where people land who have signed in: the first of these pages that is on. */
export const HOME = pages.find(({ home, feature }) => home && isOn(feature))!.path
const PAGES = pages.map(({ path }) => new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`))

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

function first(query: Query) {
  return Array.isArray(query) ? query[0] : query
}

/** Where a signed-in visitor of a guest page goes: the page asked for before, or the one where people land. */
export function redirectTarget(redirect: Query): string {
  return safePath(first(redirect)) ?? HOME
}

/** Whether it is no page of ours: then the server, asked for the guest page again, knows if it may be gone to. */
export function isElsewhere(redirect: Query): boolean {
  const asked = first(redirect)
  const path = safePath(asked)
  if (path === null) return /^https?:\/\//.test(asked ?? '')
  const { pathname } = new URL(path, window.location.origin)
  return !PAGES.some((page) => page.test(pathname))
}

/** The page asked for, with the fragment that no server is told of: a browser carries it along to the sign-in page. */
export function withFragment(redirect: Query, fragment: string): string | null {
  const asked = first(redirect)
  return asked && fragment && !asked.includes('#') ? asked + fragment : null
}

/** The way to the sign-in page and back. */
export function loginFor(fullPath: string): { path: string, query: Record<string, string> } {
  return { path: '/login', query: fullPath === HOME ? {} : { redirect: fullPath } }
}
