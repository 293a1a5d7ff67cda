import { computed, shallowRef, type AppContext } from 'vue'
import { ask, type Watch } from '@/ask'
import { auth, type Who } from '@/auth'
import { HOME } from '@/session/redirect'
import { useSession } from '@/session/useSession'
import { forgetPerson } from '@/shell/device'
import { leaveNothing, mayLeave } from '@/shell/leaving'
import { useNotices } from '@/shell/useNotices'
import { t } from '@/words/t'

/** Who is signed in at this browser, as far as the server has said. */
export const people = shallowRef<readonly Who[]>([])

const { user } = useSession()
const { tell } = useNotices()

/** Those of them who are not there at the moment. */
export const others = computed(() => people.value.filter((each) => each.user.id !== user.value?.id))

export const nameOf = ({ user }: Who) => user.name || user.email

/** Everything that a page shows is one person's: it is fetched anew for the other. */
function startAnew(): void {
  window.location.assign(HOME)
}

function post(path: string, { session }: Who) {
  const body = { sessionToken: session.token }
  return (watch: Watch) => auth.$fetch<object>(`/multi-session/${path}`, { method: 'POST', body, ...watch })
}

/** Asks who they are. */
export async function load(): Promise<void> {
  const { data } = await ask((watch) => auth.$fetch<Who[]>('/multi-session/list-device-sessions', { method: 'GET', ...watch }))
  if (data) people.value = data
}

/** Has somebody else be there. */
export async function switchTo(who: Who): Promise<void> {
  const { problem } = await ask(post('set-active', who))
  if (!problem) return startAnew()
  tell({ title: t('{name} is not there', { name: nameOf(who) }), description: problem.text, kind: 'error' })
  await load()
}

/** Signs one of them out; after who was there comes another. */
export async function end(who: Who, context: AppContext | null = null): Promise<void> {
  if (!await mayLeave([who.user.id], context)) return
  const { problem } = await ask(post('revoke', who))
  if (problem) return tell({ title: t('{name} is still signed in', { name: nameOf(who) }), description: problem.text, kind: 'error' })
  leaveNothing([who.user.id])
  if (who.user.id === user.value?.id) {
    forgetPerson()
    return startAnew()
  }
  people.value = people.value.filter((each) => each !== who)
  tell({ title: t('{name} is signed out', { name: nameOf(who) }), kind: 'success' })
}
