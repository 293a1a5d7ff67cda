import { onBeforeUnmount, onMounted } from 'vue'
import { ask, type Answer } from '@/ask'
import { cancel, fillsIn, signIn } from '@/features/passkey/passkeys'

/** A challenge is good for five minutes: before that another one is asked for. */
const LIFE = 240_000
const LOOK = 30_000

/** Offers passkeys in the field for the address, for as long as the page is there; tells what came of one. */
export function useAutofill(tell: (answer: Answer<object>) => void) {
  let turn = 0
  let since = 0
  let timer: ReturnType<typeof setInterval> | undefined

  /** Of several questions the newest counts: it has ended the others. */
  async function offer(): Promise<void> {
    const mine = ++turn
    if (!await fillsIn() || mine !== turn) return
    since = Date.now()
    const answer = await ask<object>((watch) => signIn(watch, true))
    if (mine === turn) tell(answer)
  }

  function renew(): void {
    if (since && document.visibilityState === 'visible' && Date.now() - since >= LIFE) void offer()
  }

  /** No answer is waited for any more: the browser asks something else. */
  function stop(): void {
    turn++
    since = 0
  }

  onMounted(() => {
    void offer()
    timer = setInterval(renew, LOOK)
    document.addEventListener('visibilitychange', renew)
  })
  onBeforeUnmount(() => {
    stop()
    cancel()
    clearInterval(timer)
    document.removeEventListener('visibilitychange', renew)
  })
  return { offer, stop }
}
