import { getCurrentInstance, hasInjectionContext, inject, shallowRef } from 'vue'
import { ask } from '@/ask'
import { auth } from '@/auth'
import { dropDrafts } from '@/form/useDraft'
import { useSession } from '@/session/useSession'
import { retireWorker } from '@/shell/device'
import { leaveNothing, mayLeave } from '@/shell/leaving'
import { SWITCHER } from '@/shell/switcher'
import { useNotices } from '@/shell/useNotices'
import { t } from '@/words/t'

/** Ends this session, and all others at this browser; other tabs follow by themselves. */
export function useSignOut() {
  const { stop, user } = useSession()
  const { tell } = useNotices()
  const pending = shallowRef(false)
  const context = getCurrentInstance()?.appContext ?? null
  const fetchSwitcher = hasInjectionContext() ? inject(SWITCHER, null) : null

  async function everybody(): Promise<string[]> {
    const switcher = await fetchSwitcher?.().catch(() => null)
    return [user.value?.id ?? '', ...switcher?.others() ?? []]
  }

  async function signOut(): Promise<void> {
    const userIds = await everybody()
    if (!await mayLeave(userIds, context)) return
    pending.value = true
    const { problem } = await ask((watch) => auth.signOut({ fetchOptions: watch }))
    pending.value = false
    if (problem) return tell({ title: t('You are still signed in'), description: problem.text, kind: 'error' })
    stop()
    dropDrafts()
    leaveNothing(userIds)
    void retireWorker()
    tell({ title: t('You are signed out') })
  }

  return { signOut, pending }
}
