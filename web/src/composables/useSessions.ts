import { computed, onMounted, shallowRef } from 'vue'
import { auth, type Session } from '@/auth'
import { ask, type Problem, type Request } from '@/problem'
import { useNotices } from '@/composables/useNotices'
import { useReauthentication } from '@/composables/useReauthentication'
import { useSession } from '@/composables/useSession'

const newestFirst = (one: Session, other: Session) => other.updatedAt.getTime() - one.updatedAt.getTime()

/** The person's sessions, and how to end them: they go at once, and come back where the server refuses. */
export function useSessions() {
  const { session: own } = useSession()
  const { tell } = useNotices()
  const { askFreshly } = useReauthentication()
  const sessions = shallowRef<Session[] | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const pending = shallowRef(true)

  async function load(): Promise<void> {
    pending.value = true
    const answer = await ask((watch) => auth.listSessions({ fetchOptions: watch }))
    sessions.value = answer.data?.sort(newestFirst) ?? null
    problem.value = answer.problem
    pending.value = false
  }

  async function end(ended: Session[], title: string, request: Request<unknown>): Promise<void> {
    sessions.value = sessions.value?.filter((each) => !ended.includes(each)) ?? null
    const answer = await askFreshly(request)
    if (!answer.problem) return tell({ title, kind: 'success' })
    sessions.value = [...sessions.value ?? [], ...ended].sort(newestFirst)
    tell({ title: 'Still signed in there', description: answer.problem.text, kind: 'error' })
  }

  function revoke(session: Session): Promise<void> {
    return end([session], 'That session has ended', (watch) => auth.revokeSession({ token: session.token, fetchOptions: watch }))
  }

  function revokeOthers(): Promise<void> {
    return end(others.value ?? [], 'All other sessions have ended', (watch) => auth.revokeOtherSessions({ fetchOptions: watch }))
  }

  onMounted(load)
  const current = computed(() => sessions.value?.find(({ id }) => id === own.value?.id) ?? null)
  const others = computed(() => sessions.value?.filter(({ id }) => id !== own.value?.id) ?? null)
  return { current, others, problem, pending, load, revoke, revokeOthers }
}
