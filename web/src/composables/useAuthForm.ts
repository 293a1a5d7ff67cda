import { shallowRef, type Ref } from 'vue'
import { ask } from '@/problem'
import { useCountdown } from '@/composables/useCountdown'
import { useFormErrors } from '@/composables/useFormErrors'
import { useSession } from '@/composables/useSession'

type Request = Parameters<typeof ask<object>>[0]

/** What became of a submit: refused, or done, with a session or without one. */
export type Outcome = 'refused' | 'session' | 'no session'

/** A form that ends in a session: its checks, waits and errors. The session's guard leaves the page. */
export function useAuthForm<Field extends string>(form: Ref<HTMLFormElement | null>, fields: readonly Field[]) {
  const { errors, problem, check, clear, show } = useFormErrors(form, fields)
  const { left: wait, start: startWait } = useCountdown()
  const { start } = useSession()
  const pending = shallowRef(false)

  async function send(request: Request): Promise<Outcome> {
    const answer = await ask(request)
    if (!answer.problem) return await start(answer.data) ? 'session' : 'no session'
    if (answer.problem.seconds) startWait(answer.problem.seconds)
    show(answer.problem)
    return 'refused'
  }

  async function submit(found: Partial<Record<Field, string>>, request: Request): Promise<Outcome> {
    if (pending.value || wait.value > 0 || !check(found)) return 'refused'
    pending.value = true
    const outcome = await send(request)
    if (outcome !== 'session') pending.value = false
    return outcome
  }

  return { errors, problem, pending, wait, clear, show, submit }
}
