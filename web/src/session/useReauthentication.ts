import { computed, shallowRef } from 'vue'
import { ask, type Answer, type Call } from '@/ask'

/** What the server says where a session is too old for what was asked. */
const STALE = ['SESSION_NOT_FRESH', 'SESSION_EXPIRED']

const answered = shallowRef<((confirmed: boolean) => void) | null>(null)

/** Ends the question, whatever the person did. */
function settle(confirmed: boolean): void {
  answered.value?.(confirmed)
  answered.value = null
}

/** Asks the person for their password; whether they gave the right one. */
function confirm(): Promise<boolean> {
  settle(false)
  return new Promise((resolve) => { answered.value = resolve })
}

/** As `ask`; where the session is too old, the person confirms who they are and the call goes out again. */
async function askFreshly<T>(call: Call<T>): Promise<Answer<T>> {
  const answer = await ask(call)
  const stale = answer.problem !== null && STALE.includes(answer.problem.code)
  return stale && await confirm() ? ask(call) : answer
}

/** A fresh session, for what needs one. */
export function useReauthentication() {
  return { asking: computed(() => answered.value !== null), confirm, settle, askFreshly }
}
