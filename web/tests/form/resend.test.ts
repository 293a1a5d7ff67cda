import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'
import { coolDown, hasGoneOut, useResend } from '@/form/useResend'

const done = async () => ({ data: { status: true }, error: null })
const limited = (seconds: string) => async (watch: { onError: (context: { response: Response }) => void }) => {
  watch.onError({ response: new Response(null, { status: 429, headers: { 'Retry-After': seconds } }) })
  return { data: null, error: { status: 429 } }
}

describe('useResend', () => {
  beforeEach(() => { vi.useFakeTimers() })
  afterEach(() => { vi.useRealTimers() })
  let mails = 0
  const open = (request: Parameters<typeof useResend>[1] = () => done, id = `mail:${++mails}`) => {
    const scope = effectScope()
    return { scope, id, ...scope.run(() => useResend(() => id, request))! }
  }

  it('sends once, then cools down for a minute', async () => {
    const request = vi.fn(done)
    const { resend, sent, left, scope } = open(() => request)
    expect(await resend()).toBe(true)
    expect([sent.value, left.value]).toEqual([true, 60])
    expect(await resend()).toBe(false)
    expect(request).toHaveBeenCalledOnce()
    vi.advanceTimersByTime(60_000)
    expect(await resend()).toBe(true)
    scope.stop()
  })

  it('stays cool over a change of page', async () => {
    const first = open()
    await first.resend()
    first.scope.stop()
    vi.advanceTimersByTime(20_000)
    const second = open(undefined, first.id)
    expect(second.left.value).toBe(40)
    second.scope.stop()
    coolDown('mail:elsewhere')
    expect(open(undefined, 'mail:elsewhere').left.value).toBe(60)
  })

  it('waits as long as the server says', async () => {
    const { resend, sent, left, problem } = open(() => limited('17'))
    expect(await resend()).toBe(false)
    expect([sent.value, left.value, problem.value?.kind]).toEqual([false, 17, 'limited'])
  })

  it('does not cool down for a mail that was refused', async () => {
    const { resend, left, problem } = open(() => async () => ({ data: null, error: { status: 400, code: 'EMAIL_MISMATCH' } }))
    await resend()
    expect([left.value, problem.value?.code]).toEqual([0, 'EMAIL_MISMATCH'])
  })

  it('knows which mail went out, and that a refused one did not', async () => {
    const refused = open(() => limited('17'), 'verify:eve@example.com')
    await refused.resend()
    expect(hasGoneOut('eve@example.com')).toBe(false)
    await open(() => done, 'verify:ada@example.net').resend()
    expect(hasGoneOut('ada@example.net')).toBe(true)
  })

  it('counts for each address by itself', async () => {
    const id = ref('verify:ada@example.com')
    const { resend, left, sent } = effectScope().run(() => useResend(() => id.value, () => done))!
    await resend()
    id.value = 'verify:bob@example.com'
    await nextTick()
    expect([left.value, sent.value]).toEqual([0, false])
  })
})
