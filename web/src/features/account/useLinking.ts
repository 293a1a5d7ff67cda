import { computed, onMounted, ref, type Ref } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { ask, refusal, type Problem } from '@/ask'
import { auth } from '@/auth'
import { boot } from '@/boot'
import type { Account } from '@/features/account/useAccounts'
import { learn } from '@/sentence'
import { useNotices } from '@/shell/useNotices'
import { providers } from '@/words/providers'
import { t } from '@/words/t'

learn(providers)

/** The providers that could be linked, and going to one; who comes back without is told why. */
export function useLinking(accounts: Readonly<Ref<Account[] | null>>) {
  const { tell } = useNotices()
  const route = useRoute()
  const router = useRouter()
  const leaving = ref<string | null>(null)
  const others = computed(() => Object.entries(boot.settings.providers ?? {})
    .filter(([id]) => !accounts.value?.some(({ providerId }) => providerId === id)))

  function refuse({ text }: Problem): void {
    tell({ title: t('Nothing was linked'), description: text, kind: 'error' })
  }

  onMounted(() => {
    const { error } = route.query
    if (!error) return
    refuse(refusal(String(Array.isArray(error) ? error[0] : error)))
    void router.replace({ path: route.path })
  })

  async function link(provider: string): Promise<void> {
    leaving.value = provider
    const here = route.path
    const body = { provider, callbackURL: here, errorCallbackURL: here }
    const answer = await ask((watch) => auth.linkSocial({ ...body, fetchOptions: watch }))
    if (!answer.problem) return
    leaving.value = null
    refuse(answer.problem)
  }

  return { others, link, leaving }
}
