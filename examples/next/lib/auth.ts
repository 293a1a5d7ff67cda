import { createAuthClient } from 'better-auth/client'
import { headers } from 'next/headers'

const baseURL = process.env.AUTH_SERVER ?? 'http://localhost:8080'
export const auth = createAuthClient({ baseURL })

/** As the browser that asks: Node keeps no cookie, and names no origin. */
export async function asCaller() {
  const asked = await headers()
  const origin = process.env.BETTER_AUTH_URL ?? 'http://localhost:3000'
  return { headers: { cookie: asked.get('cookie') ?? '', origin, 'x-forwarded-for': asked.get('x-forwarded-for') ?? '' } }
}

/** Who asks, or null; throws where that is not known, since nobody is signed out by that. */
export async function who() {
  const { data, error } = await auth.getSession({ query: { disableRefresh: true }, fetchOptions: await asCaller() })
  if (error) throw new Error(`get-session: ${error.status} ${error.code ?? ''}`)
  return data
}
