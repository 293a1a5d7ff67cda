import { afterEach, describe, expect, it, vi } from 'vitest'
import { ask, problemOf, retryAfter } from '@/ask'

const headers = (values: Record<string, string>) => new Headers(values)

afterEach(() => vi.unstubAllGlobals())

describe('problemOf', () => {
  it('puts a refusal beside its field', () => {
    expect(problemOf({ status: 400, code: 'PASSWORD_TOO_SHORT' })).toMatchObject({ kind: 'refused', field: 'password' })
    expect(problemOf({ status: 422, code: 'USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL' }).field).toBe('email')
  })

  it('reads the field of a validation error out of its message', () => {
    const problem = problemOf({ status: 400, code: 'VALIDATION_ERROR', message: '[body.email] Invalid email address; [body.name] x' })
    expect(problem).toMatchObject({ field: 'email', text: 'Enter an e-mail address such as name@example.com.' })
  })

  it('has a sentence for a field and a code that it has never heard of', () => {
    expect(problemOf({ status: 400, code: 'VALIDATION_ERROR', message: '[body.shoe] no' }).text).toMatch(/not valid/)
    expect(problemOf({ status: 400, code: 'SOMETHING_NEW' }).text).toMatch(/did not work/)
    expect(problemOf({ status: 404 }).text).toMatch(/did not work/)
  })

  it('tells a limit, a busy server and a broken one apart', () => {
    expect(problemOf({ status: 429 }, headers({ 'Retry-After': '7' }))).toMatchObject({ kind: 'limited', seconds: 7 })
    expect(problemOf({ status: 503, code: 'SERVICE_UNAVAILABLE' }, headers({ 'Retry-After': '1' }))).toMatchObject({ kind: 'limited', seconds: 1 })
    expect(problemOf({ status: 503, code: 'OUTCOME_UNKNOWN' }, headers({ 'Retry-After': '1' })).text).toMatch(/not known/)
    expect(problemOf({ status: 503 }).kind).toBe('broken')
    expect(problemOf({ status: 500 }).kind).toBe('broken')
  })
})

describe('retryAfter', () => {
  it('reads seconds of either header, and dates', () => {
    vi.spyOn(Date, 'now').mockReturnValue(Date.parse('2026-11-22T12:00:00Z'))
    expect(retryAfter(headers({ 'X-Retry-After': '12' }))).toBe(12)
    expect(retryAfter(headers({ 'Retry-After': '3', 'X-Retry-After': '12' }))).toBe(3)
    expect(retryAfter(headers({ 'Retry-After': 'Sun, 22 Nov 2026 12:00:30 GMT' }))).toBe(30)
    vi.restoreAllMocks()
  })

  it('waits a minute when it is not told, and a second at least', () => {
    expect(retryAfter(undefined)).toBe(60)
    expect(retryAfter(headers({ 'Retry-After': 'soon' }))).toBe(60)
    expect(retryAfter(headers({ 'Retry-After': '0' }))).toBe(1)
  })
})

describe('ask', () => {
  it('gives the data of an answer', async () => {
    expect(await ask(async () => ({ data: { a: 1 }, error: null }))).toEqual({ data: { a: 1 }, problem: null })
  })

  it('takes the wait from the headers of the refusal', async () => {
    const response = new Response(null, { status: 429, headers: { 'Retry-After': '9' } })
    const answer = await ask(async (watch) => {
      watch.onError({ response })
      return { data: null, error: { status: 429 } }
    })
    expect(answer.problem).toMatchObject({ kind: 'limited', seconds: 9 })
  })

  it('tells an unreachable server from an offline browser', async () => {
    const fails = async () => Promise.reject(new TypeError('Failed to fetch'))
    expect((await ask(fails)).problem).toMatchObject({ kind: 'unreachable', code: 'UNREACHABLE' })
    vi.stubGlobal('navigator', { onLine: false })
    expect((await ask(fails)).problem?.code).toBe('OFFLINE')
  })
})
