import { onScopeDispose, ref, shallowRef } from 'vue'
import { ask, type Problem } from '@/ask'
import { auth } from '@/auth'
import { useCountdown } from '@/form/useCountdown'
import { learn } from '@/sentence'
import { providers } from '@/words/providers'

learn(providers)

type Start = Parameters<typeof auth.signIn.social>[0]

/** Going to a provider, for which the client leaves the page; who comes back by the browser's button can go again. */
export function useProviders() {
  const problem = shallowRef<Problem | null>(null)
  const pending = ref<string | null>(null)
  const { left: wait, start } = useCountdown()
  const again = () => { pending.value = null }
  window.addEventListener('pageshow', again)
  onScopeDispose(() => window.removeEventListener('pageshow', again))

  async function go(body: Start): Promise<void> {
    pending.value = String(body.provider)
    problem.value = null
    const answer = await ask((watch) => auth.signIn.social({ ...body, fetchOptions: watch }))
    if (!answer.problem) return
    pending.value = null
    problem.value = answer.problem
    if (answer.problem.seconds) start(answer.problem.seconds)
  }

  return { problem, wait, pending, go }
}
