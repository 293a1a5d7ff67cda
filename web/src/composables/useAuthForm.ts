import { shallowRef, type Ref } from 'vue'
import { ask } from '@/problem'
import { useCountdown } from '@/composables/useCountdown'
import { useFormErrors } from '@/composables/useFormErrors'
import { useSession } from '@/composables/useSession'

type Request = Parameters<typeof ask<object>>[0]

/** One submit of a form that ends in a session: checks, waits, errors, and the way on. */
export function useAuthForm<Field extends string>(form: Ref<HTMLFormElement | null>, fields: readonly Field[]) {
  const { errors, problem, check, clear, show } = useFormErrors(form, fields)
  const { left: wait, start: startWait } = useCountdown()
  const { start } = useSession()
  const pending = shallowRef(false)

  /** True when there is a session; the session's guard then leaves the page. */
  async function submit(found: Partial<Record<Field, string>>, request: Request): Promise<boolean> {
    if (pending.value || wait.value > 0 || !check(found)) return false
    pending.value = true
    const answer = await ask(request)
    if (answer.problem) {
      pending.value = false
      if (answer.problem.seconds) startWait(answer.problem.seconds)
      show(answer.problem)
      return false
    }
    await start(answer.data)
    return true
  }

  return { errors, problem, pending, wait, clear, submit }
}
