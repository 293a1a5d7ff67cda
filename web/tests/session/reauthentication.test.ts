import { afterEach, describe, expect, it, vi } from 'vitest'
import { useReauthentication } from '@/session/useReauthentication'
import { isRemembered } from '@/session/remembered'

const { asking, settle, confirm, askFreshly } = useReauthentication()
const stale = { data: null, error: { status: 403, code: 'SESSION_NOT_FRESH' } }
const fine = { data: { status: true }, error: null }

describe('useReauthentication', () => {
  afterEach(() => { settle(false) })

  it('asks, and sends the request again', async () => {
    const request = vi.fn<() => Promise<typeof stale | typeof fine>>()
    request.mockResolvedValueOnce(stale).mockResolvedValueOnce(fine)
    const answer = askFreshly<unknown>(request)
    await vi.waitFor(() => { expect(asking.value).toBe(true) })
    settle(true)
    expect((await answer).data).toEqual({ status: true })
    expect(request).toHaveBeenCalledTimes(2)
    expect(asking.value).toBe(false)
  })

  it('leaves it at the refusal when the person does not', async () => {
    const request = vi.fn(async () => stale)
    const answer = askFreshly(request)
    await vi.waitFor(() => { expect(asking.value).toBe(true) })
    settle(false)
    expect((await answer).problem?.code).toBe('SESSION_NOT_FRESH')
    expect(request).toHaveBeenCalledOnce()
  })

  it('asks nothing for another refusal', async () => {
    await askFreshly(async () => ({ data: null, error: { status: 400, code: 'ACCOUNT_NOT_FOUND' } }))
    expect(asking.value).toBe(false)
  })

  it('answers an earlier question before it asks again', async () => {
    const first = confirm()
    void confirm()
    expect(await first).toBe(false)
    expect(asking.value).toBe(true)
  })
})

describe('isRemembered', () => {
  const lasting = (hours: number) => ({ createdAt: new Date(0), expiresAt: new Date(hours * 3_600_000) })

  it('tells by the length of the session', () => {
    expect(isRemembered(lasting(24))).toBe(false)
    expect(isRemembered(lasting(24 * 7))).toBe(true)
    expect(isRemembered(null)).toBe(true)
  })
})
