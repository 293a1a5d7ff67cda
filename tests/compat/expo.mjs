// The unmodified client of @better-auth/expo against the server at COMPAT_EXPO, as an app on a phone would use it: its storage is a
// Map, its browser a fetch with cookies of its own, and the native modules are what little of them the client asks for.
import { register } from 'node:module'

const stubs = {
  'expo-constants': 'export default {}',
  'expo-linking': "export const createURL = (path, to) => (to?.scheme ?? 'myapp') + '://' + path.replace(/^[/]/, '')",
  'expo-network': 'export const addNetworkStateListener = () => ({ remove() {} })',
  'expo-web-browser': 'export const openAuthSessionAsync = (url, to) => globalThis.visit(url, to)',
  'react-native': "export const Platform = { OS: 'ios' }; export const AppState = { addEventListener: () => ({ remove() {} }) }",
}
const hook = `const stubs = ${JSON.stringify(stubs)}
export const resolve = (name, context, next) => (name in stubs
  ? { url: 'data:text/javascript,' + encodeURIComponent(stubs[name]), shortCircuit: true } : next(name, context))`
register(`data:text/javascript,${encodeURIComponent(hook)}`)
const { createAuthClient } = await import('better-auth/client')
const { expoClient } = await import('@better-auth/expo/client')

const { address, person, code } = JSON.parse(process.env.COMPAT_EXPO)
const visited = []

// What the phone's browser does with the address that the app opens: there, to the provider, and back with a code.
globalThis.visit = async (url, to) => {
  const headers = { 'x-forwarded-for': '198.18.0.8' }
  const there = await fetch(url, { headers, redirect: 'manual' })
  const state = new URL(there.headers.get('location')).searchParams.get('state')
  const cookie = there.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ')
  const query = new URLSearchParams({ state, code })
  const back = await fetch(`${address}/api/auth/callback/google?${query}`, { headers: { ...headers, cookie }, redirect: 'manual' })
  const place = back.headers.get('location')
  visited.push(to, place.split('?')[0])
  return { type: 'success', url: place }
}

const kept = new Map()
const storage = {
  getItem: (name) => kept.get(name) ?? null,
  setItem: (name, value) => void kept.set(name, value),
  getItemAsync: async (name) => kept.get(name) ?? null,
  setItemAsync: async (name, value) => void kept.set(name, value),
}
const headers = { 'x-forwarded-for': '198.18.0.8' }
const client = createAuthClient({
  baseURL: address,
  plugins: [expoClient({ scheme: 'myapp', storage })],
  fetchOptions: { headers },
})
const say = (step, result) => process.stdout.write(`${JSON.stringify({ step, ...result })}\n`)

say('nobody', await client.getSession())
say('sign-up', await client.signUp.email(person))
say('session', await client.getSession())
say('kept', { names: (await client.getCookie()).split('; ').map((each) => each.split('=')[0]) })
say('sign-out', await client.signOut())
say('gone', await client.getSession())
say('again', await client.signIn.email(person))
say('out', await client.signOut())
say('social', await client.signIn.social({ provider: 'google', callbackURL: '/home' }))
say('visited', { visited })
say('who', await client.getSession())
process.exit(0)
