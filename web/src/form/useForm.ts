import { shallowRef, type Ref } from 'vue'
import { ask, type Answer, type Call, type Problem } from '@/ask'
import { rescueFocus } from '@/form/focus'
import { useCountdown } from '@/form/useCountdown'
import { useFormErrors } from '@/form/useFormErrors'
import { sentence } from '@/sentence'

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
  const { errors, problem, check, clear, show } = useFormErrors(form, fields)
  const { left: wait, start: startWait } = useCountdown()
  const pending = shallowRef(false)

  function textOf({ code, text }: Problem): string {
    return unknown && code === 'OUTCOME_UNKNOWN' ? sentence(unknown) : text
  }

  /** What the server answered; null where it was not asked, or refused. */
  async function submit<T>(found: Partial<Record<Field, string>>, call: Call<T>): Promise<T | null> {
    if (pending.value || wait.value > 0 || !check(found)) return null
    pending.value = true
    const { data, problem: refusal } = await send(call)
    pending.value = false
    if (refusal?.seconds) startWait(refusal.seconds)
    if (refusal) show({ ...refusal, text: textOf(refusal), field: fieldOf[refusal.code] ?? refusal.field })
    else void rescueFocus(() => form.value?.querySelector<HTMLElement>('[type="submit"]'))
    return data
  }

  return { errors, problem, pending, wait, check, clear, show, submit }
}
