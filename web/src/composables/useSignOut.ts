import { shallowRef } from 'vue'
import { auth } from '@/auth'
import { ask } from '@/problem'
import { dropDrafts } from '@/composables/useDraft'
import { useNotices } from '@/composables/useNotices'
import { useSession } from '@/composables/useSession'

/** Ends this session; other tabs follow by themselves. */
export function useSignOut() {
  const { stop } = useSession()
  const { tell } = useNotices()
  const pending = shallowRef(false)

  async function signOut(): Promise<void> {
    pending.value = true
    const { problem } = await ask((watch) => auth.signOut({ fetchOptions: watch }))
    pending.value = false
    if (problem) return tell({ title: 'You are still signed in', description: problem.text, kind: 'error' })
    stop()
    dropDrafts()
    tell({ title: 'You are signed out' })
  }

  return { signOut, pending }
}
