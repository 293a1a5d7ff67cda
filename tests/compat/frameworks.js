/* A page of somebody else's front end: better-auth's clients for three frameworks, each as its own documentation has it used. */
import { createAuthClient as reactClient } from 'better-auth/react'
import { createAuthClient as svelteClient } from 'better-auth/svelte'
import { createAuthClient as vueClient } from 'better-auth/vue'
import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { createApp, h } from 'vue'

const shown = ({ isPending, data, error }) =>
  isPending ? 'waiting' : error ? `error ${error.message ?? error.status}` : (data?.user.email ?? 'nobody')

const frameworks = {
  react(baseURL, place) {
    const auth = reactClient({ baseURL })
    createRoot(place).render(createElement(() => shown(auth.useSession())))
    return auth
  },
  vue(baseURL, place) {
    const auth = vueClient({ baseURL })
    const setup = () => {
      const session = auth.useSession()
      return () => h('span', shown(session.value))
    }
    createApp({ setup }).mount(place)
    return auth
  },
  // A store of Svelte's is what can be subscribed to.
  svelte(baseURL, place) {
    const auth = svelteClient({ baseURL })
    auth.useSession().subscribe((session) => {
      place.textContent = shown(session)
    })
    return auth
  },
}

/** Shows who is there, and has the client for what a person would click. */
export function begin(name, baseURL, place) {
  const auth = frameworks[name](baseURL, place)
  const told = ({ data, error }) => error?.code ?? error?.message ?? (data ? 'done' : 'nothing')
  const tried = (work) => work.then(told, (thrown) => String(thrown))
  return {
    signUp: (person) => tried(auth.signUp.email(person)),
    signOut: () => tried(auth.signOut()),
  }
}
