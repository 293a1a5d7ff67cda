import { onMounted, shallowRef } from 'vue'
import { auth } from '@/auth'
import { ask, type Problem } from '@/problem'
import { useNotices } from '@/composables/useNotices'
import { useReauthentication } from '@/composables/useReauthentication'
import { providerName } from '@/words/provider'

/** One way that the person signs in. */
export interface Account { id: string, providerId: string, createdAt: Date }

/** The ways that the person signs in, and how to give one up. */
export function useAccounts() {
  const { tell } = useNotices()
  const { askFreshly } = useReauthentication()
  const accounts = shallowRef<Account[] | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const pending = shallowRef(true)

  async function load(): Promise<void> {
    pending.value = true
    const answer = await ask((watch) => auth.listAccounts({ fetchOptions: watch }))
    accounts.value = answer.data
    problem.value = answer.problem
    pending.value = false
  }

  async function unlink(account: Account): Promise<void> {
    const before = accounts.value
    accounts.value = before?.filter((each) => each !== account) ?? null
    const body = { accountId: account.id }
    const answer = await askFreshly((watch) => auth.unlinkAccount({ ...body, fetchOptions: watch }))
    if (!answer.problem) return tell({ title: `${providerName(account.providerId)} is unlinked`, kind: 'success' })
    accounts.value = before
    tell({ title: `${providerName(account.providerId)} stays linked`, description: answer.problem.text, kind: 'error' })
  }

  onMounted(load)
  return { accounts, problem, pending, load, unlink }
}
