import { shallowRef } from 'vue'
import { ask } from '@/ask'
import { auth } from '@/auth'
import { dropDrafts } from '@/form/useDraft'
import { useSession } from '@/session/useSession'
import { useNotices } from '@/shell/useNotices'
import { t } from '@/words/t'

/** Ends this session; other tabs follow by themselves. */
export function useSignOut() {
  const { stop } = useSession()
  const { tell } = useNotices()
  const pending = shallowRef(false)

  async function signOut(): Promise<void> {
    pending.value = true
    const { problem } = await ask((watch) => auth.signOut({ fetchOptions: watch }))
    pending.value = false
    if (problem) return tell({ title: t('You are still signed in'), description: problem.text, kind: 'error' })
    stop()
    dropDrafts()
    tell({ title: t('You are signed out') })
  }

  return { signOut, pending }
}
