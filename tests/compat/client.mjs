// The unmodified better-auth/client against the server at COMPAT_ADDRESS: every method that is asked for, in order.
// Its fetch adds what a browser would, the cookies of its jar and the page's Origin, and one
// client address for both servers. Each result is a JSON line.
import { createAuthClient } from 'better-auth/client'
import { emailOTPClient, magicLinkClient, twoFactorClient } from 'better-auth/client/plugins'

const { address, origin, email, password, steps } = JSON.parse(process.env.COMPAT_CLIENT)
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

// What the plugin two-factor calls where a second factor is asked for.
const asked = []
const secondStep = twoFactorClient({ onTwoFactorRedirect: (found) => void asked.push(found) })
const plugins = [magicLinkClient(), emailOTPClient(), secondStep]
const client = createAuthClient({ baseURL: address, plugins, fetchOptions: { customFetchImpl: browserFetch } })
const say = (step, result) => process.stdout.write(`${JSON.stringify({ step, ...result })}\n`)
const kinds = (value) =>
  Object.fromEntries(Object.entries(value ?? {}).map(([key, item]) => [key, item instanceof Date ? 'Date' : typeof item]))

// Without a window the store fetches only when it is asked to; a signal of the sign-up may cut in once.
async function sessionStore() {
  const stop = client.useSession.subscribe(() => {})
  const until = Date.now() + 5000
  while (client.useSession.get().isPending && Date.now() < until) {
    await client.useSession.get().refetch()
    await new Promise((done) => setTimeout(done, 20))
  }
  const { isPending, data, error } = client.useSession.get()
  stop()
  return { pending: isPending, found: data?.user.email ?? null, failed: error }
}

// Of a plugin, what is asked for alone: what to call it, the method's path, and what it is given.
if (steps) {
  const { keys } = await import('./keys.mjs')
  const fetchOptions = { customFetchImpl: browserFetch }
  const keyed = createAuthClient({ baseURL: address, plugins: [...plugins, ...keys], fetchOptions })
  let state, account
  // What only the answers before can tell stands as $account in what is given.
  const filled = (given) => given && JSON.parse(JSON.stringify(given).replaceAll('$account', account))
  // A browser that comes back from a provider with a code, where it was sent by the last answer that has an address.
  const back = async ({ provider, code }) => {
    const query = new URLSearchParams({ state, code })
    const answer = await browserFetch(`${address}/api/auth/callback/${provider}?${query}`)
    return { status: answer.status, location: answer.headers.get('location') }
  }
  for (const [step, path, given] of steps) {
    const method = path === 'back' ? back : path.split('.').reduce((found, name) => found[name], keyed)
    const result = await method(filled(given))
    if (result.data?.url) state = new URL(result.data.url).searchParams.get('state')
    if (Array.isArray(result.data)) account = result.data.find((each) => each.providerId !== 'credential')?.id ?? account
    say(step, result)
  }
  if (asked.length) say('asked for', { asked })
  process.exit(0)
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

// The rest of the core's methods, as a signed-in person and then as one without a session.
async function everything(when) {
  const tell = async (step, result) => say(`${when}: ${step}`, await result)
  await tell('list sessions', client.listSessions())
  await tell('revoke session', client.revokeSession({ token: 'x' }))
  await tell('revoke other sessions', client.revokeOtherSessions())
  await tell('update session', client.updateSession({ theme: 'dark' }))
  await tell('update user', client.updateUser({ name: 'Bo', image: null }))
  await tell('update nothing', client.updateUser({}))
  await tell('accounts', client.listAccounts())
  await tell('unlink', client.unlinkAccount({ accountId: 'x' }))
  await tell('social', client.signIn.social({ provider: 'google', callbackURL: '/x' }))
  await tell('link social', client.linkSocial({ provider: 'google' }))
  await tell('access token', client.getAccessToken({ accountId: 'x' }))
  await tell('refresh token', client.refreshToken({ accountId: 'x' }))
  await tell('account info', client.accountInfo({ query: { accountId: 'x' } }))
  await tell('send verification', client.sendVerificationEmail({ email, callbackURL: '/x' }))
  await tell('verify email', client.verifyEmail({ query: { token: 'x' } }))
  await tell('change email', client.changeEmail({ newEmail: `new-${email}`, callbackURL: '/x' }))
  await tell('request reset', client.requestPasswordReset({ email, redirectTo: '/reset' }))
  await tell('reset', client.resetPassword({ token: 'x', newPassword: password }))
  await tell('change password', client.changePassword({ currentPassword: password, newPassword: `${password}2` }))
  await tell('revoke sessions', client.revokeSessions())
  await tell('delete user', client.deleteUser())
}

await everything('signed in')
await everything('signed out')
await client.signIn.email({ email, password: `${password}2` })
say('delete', await client.deleteUser())
say('cookies', { names: [...jar.keys()].sort() })
process.exit(0)
