import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import SignInForm from '@/features/email_password/SignInForm.vue'
import TwoFactorPage from '@/features/two_factor/pages/two-factor.vue'
import '@/icons'
import { router } from '@/router'
import { waysAsked, waysIn } from '@/session/secondStep'
import { useSession } from '@/session/useSession'

interface Reply { status?: number, body?: unknown, headers?: Record<string, string> }

// The client takes hold of fetch when it is made, so that ours has to be there before it is imported.
const server = vi.hoisted(() => {
  const state = { requests: [] as { path: string, body: unknown }[], replies: [] as Reply[] }
  globalThis.fetch = async (url, options) => {
    const path = String(url).replace(/^.*\/api\/auth/, '').replace(/\?.*$/, '')
    state.requests.push({ path, body: options?.body ? JSON.parse(String(options.body)) : undefined })
    const { status = 200, body = null, headers = {} } = state.replies.shift() ?? {}
    return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })
  }
  return state
})

const who = {
  user: { id: 'u', name: 'Ada', email: 'ada@example.com' },
  session: { id: 's', token: 't', userId: 'u', expiresAt: '2099-01-01T00:00:00.000Z' },
}
const asked = { twoFactorRedirect: true, twoFactorMethods: ['totp', 'otp'] }

async function openPage(address: string) {
  await router.push(address)
  return mount(TwoFactorPage, { attachTo: document.body, global: { plugins: [router] } })
}

type Page = Awaited<ReturnType<typeof openPage>>

async function show(page: Page, code: string) {
  await page.get('[name="code"]').setValue(code)
  await page.get('form').trigger('submit')
  await flushPromises()
}

const choose = async (page: Page, words: string) => {
  await page.findAll('button').find((each) => each.text() === words)?.trigger('click')
  await flushPromises()
}

beforeEach(() => {
  server.requests = []
  server.replies = []
})

afterEach(() => {
  useSession().stop()
  document.body.innerHTML = ''
})

describe('what a sign-in asks for', () => {
  it.each([
    [asked, ['totp', 'otp', 'backup-code']],
    [{ twoFactorRedirect: true, twoFactorMethods: ['otp', 'carrier pigeon'] }, ['otp']],
    [{ twoFactorRedirect: true, twoFactorMethods: [] }, null],
    [{ twoFactorRedirect: 'yes', twoFactorMethods: ['otp'] }, null],
    [who, null],
    [null, null],
  ])('reads %j', (answer, ways) => {
    expect(waysAsked(answer)).toEqual(ways)
  })

  it('has all where the address says nothing', () => {
    expect(waysIn({})).toEqual(['totp', 'otp', 'backup-code'])
    expect(waysIn({ methods: 'otp' })).toEqual(['otp'])
  })

  it('leads from the password to the page, with the way on', async () => {
    server.replies = [{ body: asked }]
    await router.push('/login?redirect=/settings/account')
    const form = mount(SignInForm, { attachTo: document.body, global: { plugins: [router] } })
    await form.get('[name="email"]').setValue('ada@example.com')
    await form.get('[name="password"]').setValue('a secret of mine')
    await form.get('form').trigger('submit')
    await vi.waitFor(() => expect(router.currentRoute.value.path).toBe('/two-factor'))
    expect(router.currentRoute.value.query).toEqual({ methods: 'totp,otp', redirect: '/settings/account' })
    expect(server.requests.map(({ path }) => path)).toEqual(['/sign-in/email'])
  })
})

describe('the second step', () => {
  it('takes a code with blanks, and has a session then', async () => {
    server.replies = [{ body: { token: 't', user: who.user } }, { body: who }]
    const page = await openPage('/two-factor?methods=totp,otp')
    expect(page.get('[name="code"]').attributes('autocomplete')).toBe('one-time-code')
    await page.get('[name="trustDevice"]').setValue(true)
    await show(page, '123 456')
    expect(server.requests[0]).toEqual({ path: '/two-factor/verify-totp', body: { code: '123456', trustDevice: true } })
    expect(useSession().user.value?.name).toBe('Ada')
  })

  it('says beside the field that a code is wrong', async () => {
    server.replies = [{ status: 401, body: { code: 'INVALID_CODE', message: 'Invalid code' } }]
    const page = await openPage('/two-factor')
    await show(page, '000000')
    expect(page.get('[name="code"]').attributes('aria-invalid')).toBe('true')
    expect(page.text()).toContain('That code is wrong')
    expect(useSession().ended.value).toBe(false)
  })

  it('asks nobody without a code', async () => {
    const page = await openPage('/two-factor')
    await show(page, ' ')
    expect(page.text()).toContain('Enter the six digits that the app shows.')
    expect(server.requests).toEqual([])
  })

  it('mails a code, and then not for a while', async () => {
    server.replies = [{ body: { status: true } }, { body: { token: 't', user: who.user } }, { body: who }]
    const page = await openPage('/two-factor?methods=totp,otp')
    await choose(page, 'Use a code from a mail')
    await choose(page, 'Mail me a code')
    expect(page.text()).toContain('Another one in 1:00')
    await show(page, '654321')
    expect(server.requests.slice(0, 2)).toEqual([
      { path: '/two-factor/send-otp', body: {} },
      { path: '/two-factor/verify-otp', body: { code: '654321' } },
    ])
  })

  it('takes a backup code as it was typed', async () => {
    server.replies = [{ body: { token: 't', user: who.user } }, { body: who }]
    const page = await openPage('/two-factor?methods=totp,otp')
    await choose(page, 'Use a backup code')
    expect(page.get('[name="code"]').attributes('autocomplete')).toBe('off')
    await show(page, ' aB3dE-fG7hI ')
    expect(server.requests[0]).toEqual({ path: '/two-factor/verify-backup-code', body: { code: 'aB3dE-fG7hI' } })
  })

  it('offers no backup code to who has no authenticator', async () => {
    const page = await openPage('/two-factor?methods=otp')
    expect(page.findAll('li')).toEqual([])
  })

  it('says how long a locked account waits', async () => {
    server.replies = [{ status: 429, body: { code: 'ACCOUNT_TEMPORARILY_LOCKED' }, headers: { 'Retry-After': '900' } }]
    const page = await openPage('/two-factor')
    await show(page, '000000')
    const alert = page.get('form [role="alert"]').text()
    expect(alert).toContain('quarter of an hour')
    expect(alert).toContain('15:00')
  })
})
