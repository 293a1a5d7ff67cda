import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import EmailCodeWay from '@/features/email_otp/EmailCodeWay.vue'
import EmailCode from '@/features/email_otp/pages/email-code.vue'
import ResetCode from '@/features/email_otp/pages/reset-code.vue'
import '@/icons'
import { router } from '@/router'
import { useSession } from '@/session/useSession'
import type { Door } from '@/shell/ways'

const server = vi.hoisted(() => {
  const state = { status: 200, body: {} as object, asked: [] as [string, unknown][] }
  globalThis.fetch = async (url, options) => {
    state.asked.push([String(url).replace(/^.*\/api\/auth/, ''), options?.body && JSON.parse(String(options.body))])
    return new Response(JSON.stringify(state.body), {
      status: state.status, headers: { 'content-type': 'application/json' },
    })
  }
  return state
})

const EMAIL = 'ada@example.com'
const user = { id: 'u', name: 'Ada', email: EMAIL }
const session = { id: 's', token: 't', userId: 'u', expiresAt: '2099-01-01T00:00:00.000Z' }

async function enter(code: string) {
  const page = mount(EmailCode, { attachTo: document.body, global: { plugins: [router] } })
  await page.get('[name="code"]').setValue(code)
  await page.get('form').trigger('submit')
  await flushPromises()
  return page
}

beforeEach(() => {
  Object.assign(server, { status: 200, body: {}, asked: [] })
  window.history.replaceState({ email: EMAIL }, '')
})

afterEach(() => {
  useSession().stop()
  document.body.innerHTML = ''
})

describe('a mailed code', () => {
  it('is sent to the address in the field, and taken on the next page', async () => {
    await router.push('/login?redirect=/settings/account')
    const push = vi.spyOn(router, 'push').mockResolvedValue(undefined)
    const door: Door = { page: 'login', email: EMAIL, rememberMe: true, askEmail: () => EMAIL }
    const way = mount(EmailCodeWay, { props: { door }, attachTo: document.body, global: { plugins: [router] } })
    server.body = { success: true }
    await way.get('form').trigger('submit')
    await flushPromises()
    expect(server.asked).toEqual([['/email-otp/send-verification-otp', { email: EMAIL, type: 'sign-in' }]])
    expect(push).toHaveBeenCalledWith({
      path: '/email-code', query: { redirect: '/settings/account' }, state: { email: EMAIL },
    })
    const page = mount(EmailCode, { attachTo: document.body, global: { plugins: [router] } })
    expect(page.text()).toContain('Another one in')
    push.mockRestore()
  })

  it('signs in, with or without a blank in it', async () => {
    server.body = { token: 't', user, session }
    const page = await enter(' 123 456')
    expect(server.asked).toEqual([['/sign-in/email-otp', { email: EMAIL, otp: '123456' }]])
    expect(useSession().user.value?.name).toBe('Ada')
    expect(page.get('[name="code"]').attributes('autocomplete')).toBe('one-time-code')
  })

  it.each([
    ['INVALID_OTP', 400, 'That code is not right'],
    ['OTP_EXPIRED', 400, 'too old'],
    ['TOO_MANY_ATTEMPTS', 403, 'wrong too often'],
  ])('says %s beside the field', async (code, status, said) => {
    Object.assign(server, { status, body: { code, message: code } })
    const page = await enter('000000')
    expect(page.get('[name="code"]').attributes('aria-invalid')).toBe('true')
    expect(page.text()).toContain(said)
    expect(document.activeElement).toBe(page.get('[name="code"]').element)
  })

  it('has to be asked for first', async () => {
    window.history.replaceState({}, '')
    const replace = vi.spyOn(router, 'replace').mockResolvedValue(undefined)
    const page = mount(EmailCode, { global: { plugins: [router] } })
    expect(page.text()).toBe('')
    expect(replace).toHaveBeenCalledWith(expect.objectContaining({ path: '/login' }))
    replace.mockRestore()
  })
})

describe('a mailed code for a forgotten password', () => {
  async function choose(code: string, password: string) {
    const page = mount(ResetCode, { attachTo: document.body, global: { plugins: [router] } })
    await page.get('[name="code"]').setValue(code)
    await page.get('[name="password"]').setValue(password)
    await page.get('form').trigger('submit')
    await flushPromises()
    return page
  }

  it('chooses a new one, and leads to sign-in', async () => {
    const push = vi.spyOn(router, 'push').mockResolvedValue(undefined)
    server.body = { success: true }
    await choose('123 456', 'a secret of mine')
    const body = { email: EMAIL, otp: '123456', password: 'a secret of mine' }
    expect(server.asked).toEqual([['/email-otp/reset-password', body]])
    expect(push).toHaveBeenCalledWith('/login')
    push.mockRestore()
  })

  it.each([
    ['INVALID_OTP', 400, 'code', 'That code is not right'],
    ['OTP_EXPIRED', 400, 'code', 'too old'],
    ['TOO_MANY_ATTEMPTS', 403, 'code', 'wrong too often'],
    ['PASSWORD_TOO_SHORT', 400, 'password', 'too short'],
    ['PASSWORD_COMPROMISED', 400, 'password', 'on a list'],
  ])('says %s beside its field', async (code, status, field, said) => {
    Object.assign(server, { status, body: { code, message: code } })
    const page = await choose('000000', 'a secret of mine')
    expect(page.get(`[name="${field}"]`).attributes('aria-invalid')).toBe('true')
    expect(page.text()).toContain(said)
    expect(document.activeElement).toBe(page.get(`[name="${field}"]`).element)
  })

  it('is not sent without both', async () => {
    const page = await choose('', '')
    expect(server.asked).toEqual([])
    expect(page.text()).toContain('Enter the six digits')
    expect(page.text()).toContain('Choose a password.')
  })

  it('has to be asked for first', () => {
    window.history.replaceState({}, '')
    const replace = vi.spyOn(router, 'replace').mockResolvedValue(undefined)
    expect(mount(ResetCode, { global: { plugins: [router] } }).text()).toBe('')
    expect(replace).toHaveBeenCalledWith('/forgot-password')
    replace.mockRestore()
  })
})
