import { nextTick, reactive, shallowRef, type Ref } from 'vue'
import type { Problem } from '@/problem'

/** The errors of one form: a sentence per field, and one problem for the form as a whole. */
export function useFormErrors<Field extends string>(form: Ref<HTMLFormElement | null>, fields: readonly Field[]) {
  const errors = reactive<Partial<Record<string, string>>>({})
  const problem = shallowRef<Problem | null>(null)

  function clear(field?: Field): void {
    if (field) delete errors[field]
    else fields.forEach((each) => delete errors[each])
    problem.value = null
  }

  async function focusFirst(): Promise<void> {
    await nextTick()
    const first = form.value?.querySelector<HTMLElement>('[aria-invalid="true"]')
    first?.focus()
  }

  /** Shows what a check of the form found; true when it found nothing. */
  function check(found: Partial<Record<Field, string>>): boolean {
    clear()
    Object.assign(errors, found)
    const fine = Object.keys(found).length === 0
    if (!fine) void focusFirst()
    return fine
  }

  /** Shows what the server refused: beside the field where it is about one, else above the form. */
  function show(refusal: Problem): void {
    clear()
    if (refusal.field && fields.includes(refusal.field as Field)) {
      errors[refusal.field] = refusal.text
      void focusFirst()
    } else {
      problem.value = refusal
    }
  }

  return { errors, problem, check, clear, show }
}
