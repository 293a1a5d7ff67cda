import { computed } from 'vue'
import { auth } from '@/auth'
import { useSession } from '@/session/useSession'
import { useLoad } from '@/shell/useLoad'

/** The person's sessions beside this one; null until they are known. */
export function useOtherSessions() {
  const { session } = useSession()
  const { data, ...state } = useLoad((watch) => auth.listSessions({ fetchOptions: watch }))
  const others = computed(() => data.value?.filter(({ id }) => id !== session.value?.id) ?? null)
  return { others, ...state }
}
