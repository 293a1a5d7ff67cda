import type { Ref } from 'vue'
import type { Call } from '@/ask'
import { useForm } from '@/form/useForm'
import { useSession } from '@/session/useSession'

/** What became of a submit: refused, or done, with a session or without one. */
type Outcome = 'refused' | 'session' | 'no session'

/** A form that ends in a session. The session's guard leaves the page, so the button stays busy until then. */
export function useAuthForm<Field extends string>(form: Ref<HTMLFormElement | null>, fields: readonly Field[]) {
  const { submit: send, ...parts } = useForm(form, fields)
  const { start } = useSession()

  async function submit(found: Partial<Record<Field, string>>, call: Call<object>): Promise<Outcome> {
    const answer = await send(found, call)
    if (!answer) return 'refused'
    parts.pending.value = true
    parts.pending.value = await start(answer)
    return parts.pending.value ? 'session' : 'no session'
  }

  return { ...parts, submit }
}
