import { getSessionCookie } from 'better-auth/cookies'
import { NextResponse, type NextRequest } from 'next/server'

export const config = { matcher: ['/members/:path*'] }

/** Whoever has no cookie is sent away early; whether a cookie is good, the page asks. */
export function proxy(request: NextRequest) {
  if (getSessionCookie(request)) return NextResponse.next()
  return NextResponse.redirect(new URL('/', request.url))
}
