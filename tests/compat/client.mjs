// The unmodified better-auth/client against the server at COMPAT_ADDRESS: every method that is asked for, in order.
// Its fetch adds what a browser would, the cookies of its jar and the page's Origin, and one
// client address for both servers. Each result is a JSON line.
import { createAuthClient } from 'better-auth/client'

const { address, origin, email, password } = JSON.parse(process.env.COMPAT_CLIENT)
const jar = new Map()

async function browserFetch(url, options) {
  const headers = new Headers(options?.headers)
  headers.set('origin', origin)
  headers.set('x-forwarded-for', '198.18.0.9')
  if (jar.size) headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '))
  const response = await fetch(url, { ...options, headers, redirect: 'manual' })
  for (const line of response.headers.getSetCookie()) keep(line)
  return response
}

function keep(line) {
  const [pair, ...attributes] = line.split('; ')
  const at = pair.indexOf('=')
  if (attributes.includes('Max-Age=0')) jar.delete(pair.slice(0, at))
  else jar.set(pair.slice(0, at), pair.slice(at + 1))
}

const client = createAuthClient({ baseURL: address, fetchOptions: { customFetchImpl: browserFetch } })
const say = (step, result) => process.stdout.write(`${JSON.stringify({ step, ...result })}\n`)
const kinds = (value) =>
  Object.fromEntries(Object.entries(value ?? {}).map(([key, item]) => [key, item instanceof Date ? 'Date' : typeof item]))

async function sessionStore() {
  const seen = []
  const stop = client.useSession.subscribe((state) => seen.push([state.isPending, !!state.data, !!state.error]))
  const until = Date.now() + 5000
  while (Date.now() < until && !seen.at(-1)?.[1]) await new Promise((done) => setTimeout(done, 10))
  stop()
  return { last: seen.at(-1) }
}

say('nobody', await client.getSession())
say('sign-up', await client.signUp.email({ email, password, name: 'Ada' }))
const session = await client.getSession()
say('session', session)
say('kinds', { session: kinds(session.data?.session), user: kinds(session.data?.user) })
say('store', await sessionStore())
say('taken', await client.signUp.email({ email, password, name: 'Ada' }))
say('sign-out', await client.signOut())
say('gone', await client.getSession())
say('wrong', await client.signIn.email({ email, password: `${password}x` }))
say('invalid', await client.signUp.email({ email: 'not one', password, name: 'Ada' }))
say('short', await client.signUp.email({ email: `b${email}`, password: 'short', name: 'Ada' }))
say('sign-in', await client.signIn.email({ email, password, rememberMe: false }))
say('again', await client.getSession())
say('unknown', await client.$fetch('/nothing', { method: 'POST', body: {} }))
say('cookies', { names: [...jar.keys()].sort() })
process.exit(0)
