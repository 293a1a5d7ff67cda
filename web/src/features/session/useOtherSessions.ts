import { computed, onMounted, shallowRef } from 'vue'
import { auth, type Session } from '@/auth'
import { ask, type Problem } from '@/problem'
import { useSession } from '@/composables/useSession'

/** The person's sessions beside this one; null until they are known. */
export function useOtherSessions() {
  const { session } = useSession()
  const sessions = shallowRef<Pick<Session, 'id'>[] | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const pending = shallowRef(true)

  async function load(): Promise<void> {
    pending.value = true
    const answer = await ask((watch) => auth.listSessions({ fetchOptions: watch }))
    sessions.value = answer.data
    problem.value = answer.problem
    pending.value = false
  }

  onMounted(load)
  const others = computed(() => sessions.value?.filter(({ id }) => id !== session.value?.id) ?? null)
  return { others, problem, pending, load }
}
