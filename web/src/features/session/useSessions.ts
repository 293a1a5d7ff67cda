import { computed } from 'vue'
import type { Call } from '@/ask'
import { auth, type Session } from '@/auth'
import { onSessionsEnded } from '@/session/sessionsEnded'
import { useReauthentication } from '@/session/useReauthentication'
import { useSession } from '@/session/useSession'
import { useLoad } from '@/shell/useLoad'
import { useNotices } from '@/shell/useNotices'
import { t } from '@/words/t'

const newestFirst = (one: Session, other: Session) => other.updatedAt.getTime() - one.updatedAt.getTime()

/** The person's sessions, and how to end them: they go at once, and come back where the server refuses. */
export function useSessions() {
  const { session: own } = useSession()
  const { tell } = useNotices()
  const { askFreshly } = useReauthentication()
  const { data: sessions, ...state } = useLoad<Session[]>((watch) => auth.listSessions({ fetchOptions: watch }))

  async function end(ended: Session[], title: string, call: Call<unknown>): Promise<void> {
    sessions.value = sessions.value?.filter((each) => !ended.includes(each)) ?? null
    const answer = await askFreshly(call)
    if (!answer.problem) return tell({ title, kind: 'success' })
    sessions.value = [...sessions.value ?? [], ...ended]
    tell({ title: t('Still signed in there'), description: answer.problem.text, kind: 'error' })
  }

  function revoke(session: Session): Promise<void> {
    return end([session], t('That session has ended'), (watch) => auth.revokeSession({ token: session.token, fetchOptions: watch }))
  }

  /** One after the other, as the server has no call for several; after the first refusal the list is asked for anew. */
  async function revokeAll(ended: [Session, ...Session[]]): Promise<void> {
    const [last, ...rest] = ended
    await end(ended, t('{count} sessions have ended', { count: ended.length }), async (watch) => {
      for (const { token } of rest) {
        const reply = await auth.revokeSession({ token, fetchOptions: watch })
        if (reply.error) return reply
      }
      return auth.revokeSession({ token: last.token, fetchOptions: watch })
    })
    if (sessions.value?.includes(last)) await state.load()
  }

  function revokeOthers(): Promise<void> {
    return end(others.value ?? [], t('All other sessions have ended'), (watch) => auth.revokeOtherSessions({ fetchOptions: watch }))
  }

  onSessionsEnded(() => void state.load())
  const current = computed(() => sessions.value?.find(({ id }) => id === own.value?.id) ?? null)
  const others = computed(() => sessions.value?.filter(({ id }) => id !== own.value?.id).sort(newestFirst) ?? null)
  return { current, others, ...state, revoke, revokeAll, revokeOthers }
}
