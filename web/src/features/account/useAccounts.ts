import { watch } from 'vue'
import { auth } from '@/auth'
import { providerName } from '@/features/account/provider'
import { hasPassword } from '@/session/hasPassword'
import { useReauthentication } from '@/session/useReauthentication'
import { useLoad } from '@/shell/useLoad'
import { useNotices } from '@/shell/useNotices'
import { t } from '@/words/t'

/** One way that the person signs in. */
export interface Account { id: string, providerId: string, createdAt: Date }

/** The ways that the person signs in, and how to give one up. */
export function useAccounts() {
  const { tell } = useNotices()
  const { askFreshly } = useReauthentication()
  const { data: accounts, ...state } = useLoad<Account[]>((watch) => auth.listAccounts({ fetchOptions: watch }))

  watch(accounts, (known) => {
    hasPassword.value = known?.some(({ providerId }) => providerId === 'credential') ?? true
  }, { immediate: true })

  async function unlink(account: Account): Promise<void> {
    const before = accounts.value
    accounts.value = before?.filter((each) => each !== account) ?? null
    const body = { accountId: account.id }
    const answer = await askFreshly((watch) => auth.unlinkAccount({ ...body, fetchOptions: watch }))
    if (!answer.problem) return tell({ title: t('{name} is unlinked', { name: providerName(account.providerId) }), kind: 'success' })
    accounts.value = before
    tell({ title: t('{name} stays linked', { name: providerName(account.providerId) }), description: answer.problem.text, kind: 'error' })
  }

  return { accounts, ...state, unlink }
}
