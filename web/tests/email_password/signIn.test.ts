import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import SignInForm from '@/features/email_password/SignInForm.vue'
import SignUpForm from '@/features/email_password/SignUpForm.vue'
import '@/icons'
import { useSession } from '@/session/useSession'
import { router } from '@/router'

interface Reply { status?: number, body?: unknown, headers?: Record<string, string> }

// The client takes hold of fetch when it is made, so that ours has to be there before it is imported.
const server = vi.hoisted(() => {
  const state = { requests: [] as { url: string, body: unknown }[], replies: [] as Reply[] }
  globalThis.fetch = async (url, options) => {
    state.requests.push({ url: String(url), body: options?.body ? JSON.parse(String(options.body)) : undefined })
    const { status = 200, body = null, headers = {} } = state.replies.shift() ?? {}
    return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })
  }
  return state
})

function serverSays(...replies: Reply[]) {
  server.replies = replies
}

const who = {
  user: { id: 'u', name: 'Ada', email: 'ada@example.com' },
  session: { id: 's', token: 't', userId: 'u', expiresAt: '2099-01-01T00:00:00.000Z' },
}

const open = (form: typeof SignInForm | typeof SignUpForm) =>
  mount(form, { attachTo: document.body, global: { plugins: [router] } })

type Form = ReturnType<typeof open>

async function fill(form: Form, values: Record<string, string>) {
  for (const [name, value] of Object.entries(values)) await form.get(`[name="${name}"]`).setValue(value)
  await form.get('form').trigger('submit')
  await flushPromises()
}

beforeEach(() => {
  server.requests = []
  sessionStorage.clear()
})

afterEach(() => {
  useSession().stop()
  document.body.innerHTML = ''
  vi.useRealTimers()
})

describe('signing in', () => {
  it('asks nobody while a field is empty, and says so beside it', async () => {
    serverSays()
    const form = open(SignInForm)
    await fill(form, { email: '' })
    const email = form.get('[name="email"]')
    expect(email.attributes('aria-invalid')).toBe('true')
    const described = document.getElementById(email.attributes('aria-describedby') ?? '')
    expect(described?.textContent?.trim()).toBe('Enter your e-mail address.')
    expect(document.activeElement).toBe(email.element)
    expect(server.requests).toEqual([])
  })

  it('sends what was entered, and has a session then', async () => {
    serverSays({ body: { redirect: false, token: 't', ...who } })
    await fill(open(SignInForm), { email: ' ada@example.com ', password: 'a secret of mine' })
    expect(server.requests[0]?.url).toMatch(/\/api\/auth\/sign-in\/email$/)
    expect(server.requests[0]?.body).toEqual({ email: 'ada@example.com', password: 'a secret of mine', rememberMe: true })
    expect(useSession().user.value?.name).toBe('Ada')
  })

  it('asks for the session where the answer has none', async () => {
    serverSays({ body: { redirect: false, token: 't', user: who.user } }, { body: who })
    await fill(open(SignInForm), { email: 'ada@example.com', password: 'x' })
    expect(server.requests[1]?.url).toMatch(/\/get-session$/)
    expect(useSession().signedIn.value).toBe(true)
  })

  it('says when the browser kept no session', async () => {
    serverSays({ body: { redirect: false, token: 't', user: who.user } }, { body: null })
    const form = open(SignInForm)
    await fill(form, { email: 'ada@example.com', password: 'x' })
    expect(form.get('[role="alert"]').text()).toContain('Allow cookies')
  })

  it('keeps what was typed when it is refused', async () => {
    serverSays({ status: 401, body: { code: 'INVALID_EMAIL_OR_PASSWORD', message: 'Invalid email or password' } })
    const form = open(SignInForm)
    await fill(form, { email: 'ada@example.com', password: 'wrong' })
    expect(form.get('[role="alert"]').text()).toContain('do not match')
    expect((form.get('[name="password"]').element as HTMLInputElement).value).toBe('wrong')
    expect(useSession().ended.value).toBe(false)
  })

  it('waits as long as a limit says', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
    serverSays({ status: 429, body: { message: 'Too many' }, headers: { 'X-Retry-After': '2' } })
    const form = open(SignInForm)
    await fill(form, { email: 'ada@example.com', password: 'x' })
    expect(form.get('[role="alert"]').text()).toContain('0:02')
    expect(form.get('[type="submit"]').attributes('aria-disabled')).toBe('true')
    vi.advanceTimersByTime(2000)
    await flushPromises()
    expect(form.get('[role="alert"]').text()).toContain('You can try again now')
    expect(form.get('[type="submit"]').attributes('disabled')).toBeUndefined()
  })
})

describe('signing up', () => {
  const person = { name: 'Ada', email: 'ada@example.com', password: 'violet-harbour-79' }

  it('shows a refusal beside the field that it is about', async () => {
    serverSays({ status: 422, body: { code: 'USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL', message: 'x' } })
    const form = open(SignUpForm)
    await fill(form, person)
    expect(form.get('[name="email"]').attributes('aria-invalid')).toBe('true')
    expect(form.text()).toContain('There is an account with this e-mail address already')
    vi.spyOn(router, 'push').mockResolvedValue(undefined)
    await form.get('a[href="/login"]').trigger('click')
    expect(sessionStorage.getItem('draft:sign-in')).toBe('{"email":"ada@example.com"}')
  })

  it('leads to signing in where an account comes without a session', async () => {
    serverSays({ body: { token: null, user: who.user } }, { body: null })
    const push = vi.spyOn(router, 'push').mockResolvedValue(undefined)
    await fill(open(SignUpForm), person)
    expect(push).toHaveBeenCalledWith({ path: '/login', query: {} })
  })

  it('shows and hides the password on request', async () => {
    const form = open(SignUpForm)
    const toggle = form.get('[aria-pressed]')
    expect([toggle.attributes('aria-pressed'), form.get('[name="password"]').attributes('type')]).toEqual(['false', 'password'])
    await toggle.trigger('click')
    expect([toggle.attributes('aria-pressed'), form.get('[name="password"]').attributes('type')]).toEqual(['true', 'text'])
  })
})
