import { expoClient } from '@better-auth/expo/client'
import { createAuthClient } from 'better-auth/react'
import * as SecureStore from 'expo-secure-store'

/** Where the phone finds the server: not localhost, which is the phone itself. */
export const server = process.env.EXPO_PUBLIC_AUTH_URL ?? 'http://192.168.1.5:8080'
export const auth = createAuthClient({
  baseURL: server,
  plugins: [expoClient({ scheme: 'myapp', storage: SecureStore })],
})

/** A request of the app's own to what asks for a session: the cookie is not the phone's, so it is handed over. */
export async function ask(path: string): Promise<Response> {
  return fetch(server + path, { headers: { cookie: await auth.getCookie() }, credentials: 'omit' })
}
