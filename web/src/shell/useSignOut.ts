import { shallowRef } from 'vue'
import { ask } from '@/ask'
import { auth } from '@/auth'
import { dropDrafts } from '@/form/useDraft'
import { useSession } from '@/session/useSession'
import { countUnsaved, dropCopies } from '@/shell/copies'
import { useNotices } from '@/shell/useNotices'
import { plural, t } from '@/words/t'

/** Ends this session; other tabs follow by themselves. */
export function useSignOut() {
  const { stop, user } = useSession()
  const { tell } = useNotices()
  const pending = shallowRef(false)

  /** What the server does not have of somebody's documents is lost when they sign out: only if they say so. */
  async function mayLeave(userId: string): Promise<boolean> {
    const count = await countUnsaved(userId)
    return !count || window.confirm(plural(
      count,
      'One change to your documents has not reached the server yet. Signing out deletes it. Sign out all the same?',
      '{count} changes to your documents have not reached the server yet. Signing out deletes them. Sign out all the same?',
    ))
  }

  async function signOut(): Promise<void> {
    const userId = user.value?.id ?? ''
    if (!await mayLeave(userId)) return
    pending.value = true
    const { problem } = await ask((watch) => auth.signOut({ fetchOptions: watch }))
    pending.value = false
    if (problem) return tell({ title: t('You are still signed in'), description: problem.text, kind: 'error' })
    stop()
    dropDrafts()
    void dropCopies(userId)
    tell({ title: t('You are signed out') })
  }

  return { signOut, pending }
}
