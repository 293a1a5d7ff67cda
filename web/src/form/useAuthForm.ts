import type { Ref } from 'vue'
import { useRoute, useRouter, type RouteLocationRaw } from 'vue-router'
import type { Call } from '@/ask'
import { useForm, type FormOptions } from '@/form/useForm'
import { useSession } from '@/session/useSession'

/** What became of a submit: refused, or done, with a session, without one, or with a second step to come. */
type Outcome = 'refused' | 'session' | 'no session' | 'second step'

/** A form that ends in a session. The session's guard leaves the page, so the button stays busy until then. */
export function useAuthForm<Field extends string>(
  form: Ref<HTMLFormElement | null>, fields: readonly Field[], options?: FormOptions<Field>,
) {
  const { submit: send, ...parts } = useForm(form, fields, options)
  const { start } = useSession()
  const route = useRoute()
  const router = useRouter()

  /** Most have no second step: what knows of it is fetched by who has. */
  async function onwards(answer: object): Promise<RouteLocationRaw | null> {
    const { secondStep, waysAsked } = await import('@/session/secondStep')
    const ways = waysAsked(answer)
    return ways && secondStep(ways, route.query)
  }

  async function submit(found: Partial<Record<Field, string>>, call: Call<object>): Promise<Outcome> {
    const answer = await send(found, call)
    if (!answer) return 'refused'
    parts.pending.value = true
    const way = 'twoFactorRedirect' in answer && await onwards(answer)
    if (way) {
      await router.push(way)
      return 'second step'
    }
    parts.pending.value = await start(answer)
    return parts.pending.value ? 'session' : 'no session'
  }

  return { ...parts, submit }
}
