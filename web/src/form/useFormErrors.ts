import { nextTick, reactive, shallowRef, type Ref } from 'vue'
import type { Problem } from '@/ask'
import { rescueFocus } from '@/form/focus'

type Form = Ref<HTMLFormElement | null>

async function focusFirstError(form: Form): Promise<void> {
  await nextTick()
  form.value?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
}

/** A button that was switched off while it waited has lost the focus: it goes to the message. */
function keepFocus(form: Form): Promise<void> {
  return rescueFocus(() => form.value?.querySelector<HTMLElement>('[role="alert"]'))
}

/** The errors of one form: a sentence per field, and a problem of the form as a whole, which stays during a `wait`. */
export function useFormErrors<Field extends string>(form: Form, fields: readonly Field[], wait: Readonly<Ref<number>>) {
  const errors = reactive<Partial<Record<string, string>>>({})
  const problem = shallowRef<Problem | null>(null)

  function clear(field?: Field): void {
    if (field) delete errors[field]
    else fields.forEach((each) => delete errors[each])
    if (wait.value === 0) problem.value = null
  }

  /** Says again, in sight and to screen readers, for how long it has to wait. */
  function remind(): void {
    if (problem.value) problem.value = { ...problem.value, seconds: wait.value }
    form.value?.querySelector('[role="alert"]')?.scrollIntoView({ block: 'nearest' })
  }

  /** Shows what a check of the form found; true when it found nothing. */
  function check(found: Partial<Record<Field, string>>): boolean {
    clear()
    Object.assign(errors, found)
    const fine = Object.keys(found).length === 0
    if (!fine) void focusFirstError(form)
    return fine
  }

  /** Shows what the server refused: beside the field where it is about one, else above the form. */
  function show(refusal: Problem): void {
    clear()
    if (refusal.field && fields.includes(refusal.field as Field)) {
      errors[refusal.field] = refusal.text
      void focusFirstError(form)
    } else {
      problem.value = refusal
      void keepFocus(form)
    }
  }

  return { errors, problem, check, clear, show, remind }
}
