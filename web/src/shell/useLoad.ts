import { onMounted, shallowRef } from 'vue'
import { ask, type Call, type Problem } from '@/ask'

/** What a component shows of the server's: asked for when it appears, and again on request. */
export function useLoad<T>(call: Call<T>) {
  const data = shallowRef<T | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const pending = shallowRef(true)

  async function load(): Promise<void> {
    pending.value = true
    const answer = await ask(call)
    data.value = answer.data
    problem.value = answer.problem
    pending.value = false
  }

  onMounted(load)
  return { data, problem, pending, load }
}
