import { computed, shallowRef, type Ref } from 'vue'
import { ask, type Answer, type Call, type Problem } from '@/ask'
import { rescueFocus } from '@/form/focus'
import { useCountdown } from '@/form/useCountdown'
import { useFormErrors } from '@/form/useFormErrors'
import { sentence } from '@/sentence'
import { plural } from '@/words/t'

export interface FormOptions<Field extends string> {
  /** Which field of this form a code is about, where that is not the usual one. */
  fieldOf?: Record<string, Field>
  send?: <T>(call: Call<T>) => Promise<Answer<T>>
  /** The sentence for where nobody knows whether it was done, if trying again would mislead. */
  unknown?: string
}

/** A form: its checks, waits and errors, and that it is sent once at a time. */
export function useForm<Field extends string>(
  form: Ref<HTMLFormElement | null>,
  fields: readonly Field[],
  { fieldOf = {}, send = ask, unknown }: FormOptions<Field> = {},
) {
  const { left: wait, start: startWait } = useCountdown()
  const { errors, problem, check, clear, show, remind } = useFormErrors(form, fields, wait)
  const pending = shallowRef(false)
  // For the button, which looks switched off during the wait: one that is takes no Enter, and says nothing. In steps,
  // for screen readers say each change of a description.
  const held = computed(() => (wait.value > 0
    ? { 'aria-disabled': true, 'aria-description': plural(Math.ceil(wait.value / 5) * 5, 'Wait one second.', 'Wait {count} seconds.') }
    : {}))

  function textOf({ code, text }: Problem): string {
    return unknown && code === 'OUTCOME_UNKNOWN' ? sentence(unknown) : text
  }

  /** What the server answered; null where it was not asked, or refused. */
  async function submit<T>(found: Partial<Record<Field, string>>, call: Call<T>): Promise<T | null> {
    if (wait.value > 0) remind()
    if (pending.value || wait.value > 0 || !check(found)) return null
    pending.value = true
    const { data, problem: refusal } = await send(call)
    pending.value = false
    if (refusal?.seconds) startWait(refusal.seconds)
    if (refusal) show({ ...refusal, text: textOf(refusal), field: fieldOf[refusal.code] ?? refusal.field })
    else void rescueFocus(() => form.value?.querySelector<HTMLElement>('[type="submit"]'))
    return data
  }

  return { errors, problem, pending, wait, held, check, clear, show, submit }
}
