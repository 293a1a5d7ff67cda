/* The unmodified clients, as a front end has them, callable by name. */
import { passkeyClient } from '@better-auth/passkey/client'
import { createAuthClient } from 'better-auth/client'
import { oauthPopupClient } from 'better-auth/client/plugins'
import { createAuthClient as createVueClient } from 'better-auth/vue'

const passkey = createAuthClient({ plugins: [passkeyClient()] })
const clients = { client: createAuthClient(), vue: createVueClient(), passkey }

/** Has a client `elsewhere`, for a page of another origin. */
export function elsewhere(baseURL) {
  clients.elsewhere = createAuthClient({ baseURL, plugins: [oauthPopupClient()] })
}

/** Calls `signIn.email` and the like; answers what the front end is given. */
export async function call(which, path, args, options) {
  const method = path.split('.').reduce((part, name) => part[name], clients[which])
  const { data, error } = await method(args ?? {}, options)
  return { data: data ?? null, error: error ? { status: error.status, code: error.code ?? null } : null }
}

/** What `useSession` holds once it has settled. */
export function session() {
  const store = clients.vue.useSession()
  return new Promise((resolve) => {
    const look = () => store.value.isPending ? setTimeout(look, 20) : resolve(store.value.data?.user.email ?? null)
    look()
  })
}
