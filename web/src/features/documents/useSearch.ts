import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import type { Problem } from '@/ask'
import * as api from '@/features/documents/api'
import type { Found } from '@/features/documents/types'

const PAUSE = 200

/** What a search finds, as somebody types: asked for after a pause, and the answer to what was typed last counts. */
export function useSearch(words: Ref<string>) {
  const found = shallowRef<Found[] | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const pending = shallowRef(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = 0

  async function look(): Promise<void> {
    const turn = ++asked
    const answer = await api.search(words.value.trim())
    if (turn !== asked) return
    found.value = answer.data?.documents ?? null
    problem.value = answer.problem
    pending.value = false
  }

  function begin(): void {
    clearTimeout(timer)
    asked++
    pending.value = words.value.trim() !== ''
    if (pending.value) timer = setTimeout(look, PAUSE)
    else found.value = problem.value = null
  }

  watch(() => words.value.trim(), begin, { immediate: true })
  onScopeDispose(() => clearTimeout(timer))
  return { found, problem, pending, again: begin }
}
