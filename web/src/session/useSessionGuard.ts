import { watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { guard } from '@/session/guard'
import { useSession } from '@/session/useSession'

/** Moves on when the session begins or ends, here or behind the page's back: elsewhere, by its age, by a 401. */
export function useSessionGuard(): void {
  const { signedIn, ended } = useSession()
  const route = useRoute()
  const router = useRouter()

  watch(signedIn, () => {
    const way = guard(route)
    // Who signs out on purpose is done with the page, and the next person has not asked for it.
    if (typeof way !== 'boolean') void router.replace(signedIn.value || ended.value ? way : '/login')
  })
}
