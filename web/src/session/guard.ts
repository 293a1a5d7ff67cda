import type { LocationQuery, RouteLocationNormalized, RouteLocationRaw } from 'vue-router'
import { boot } from '@/boot'
import { HOME, isElsewhere, loginFor, redirectTarget, withFragment } from '@/session/redirect'
import { useSession } from '@/session/useSession'

export type Access = 'public' | 'guest' | 'member'

declare module 'vue-router' {
  interface RouteMeta {
    access?: Access
  }
}

/** The server sends on from here whoever is signed in. With a fragment the browser would stay. */
function leave(fullPath: string): false {
  window.location.assign(fullPath.replace(/#.*/, ''))
  return false
}

/** What went wrong is told on the page that takes a guest page's place. */
function wayIn({ redirect, error }: LocationQuery): RouteLocationRaw {
  return error && !redirect ? { path: HOME, query: { error } } : redirectTarget(redirect)
}

/** The rule that the server applies before the first paint, for the ways taken inside the app. */
export function guard(to: Pick<RouteLocationNormalized, 'meta' | 'path' | 'query' | 'fullPath'>) {
  const { signedIn } = useSession()
  // As it stands in the address: the router's hash is decoded, and a blank in it would be taken for no address of ours.
  const fragment = to.fullPath.replace(/^[^#]*/, '')
  // The start page is elsewhere: the server knows where.
  if (to.path === '/' && boot.settings.app.home && !signedIn.value) return leave('/')
  const redirect = to.meta.access === 'guest' && withFragment(to.query.redirect, fragment)
  if (redirect) return { path: to.path, query: { ...to.query, redirect } }
  if (to.meta.access === 'member' && !signedIn.value) return loginFor(to.fullPath)
  if (to.meta.access === 'guest' && signedIn.value) {
    return isElsewhere(to.query.redirect) ? leave(to.fullPath) : wayIn(to.query)
  }
  return true
}
