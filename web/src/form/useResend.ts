import { shallowReactive, shallowRef, watch as observe } from 'vue'
import { ask, type Problem, type Call } from '@/ask'
import { boot } from '@/boot'
import { useCountdown } from '@/form/useCountdown'

const COOL_DOWN = 60

/** When each mail may be asked for again; kept over a change of page. */
const ends = new Map<string, number>()

function secondsLeft(id: string): number {
  return Math.ceil(((ends.get(id) ?? 0) - Date.now()) / 1000)
}

/** The mails that went out while this page was open. */
const gone = shallowReactive(new Set<string>())

function hold(id: string, seconds: number): void {
  ends.set(id, Date.now() + seconds * 1000)
}

/** Notes that a mail has just been sent, so that it cools down before it is sent again. */
export function coolDown(id: string): void {
  gone.add(id)
  hold(id, COOL_DOWN)
}

/** Whether a mail that proves this address is known to have gone out. */
export function hasGoneOut(email: string): boolean {
  return boot.settings.verificationOnSignUp || gone.has(`verify:${email}`)
}

/** A mail that can be asked for again after a while; `id` says which mail and to whom. */
export function useResend(id: () => string, call: () => Call<unknown>) {
  const { left, start } = useCountdown()
  const pending = shallowRef(false)
  const sent = shallowRef(false)
  const problem = shallowRef<Problem | null>(null)

  observe(id, (now) => {
    sent.value = false
    start(Math.max(0, secondsLeft(now)))
  }, { immediate: true })

  async function resend(): Promise<boolean> {
    if (pending.value || left.value > 0) return false
    pending.value = true
    sent.value = false
    const answer = await ask(call())
    pending.value = false
    problem.value = answer.problem
    sent.value = !answer.problem
    if (sent.value) coolDown(id())
    else if (answer.problem?.seconds) hold(id(), answer.problem.seconds)
    start(Math.max(0, secondsLeft(id())))
    return sent.value
  }

  return { left, pending, sent, problem, resend }
}
