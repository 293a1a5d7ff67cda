import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import SignInForm from '@/features/email_password/SignInForm.vue'
import SignUpForm from '@/features/email_password/SignUpForm.vue'
import NewUsernameField from '@/features/username/NewUsernameField.vue'
import UsernameCard from '@/features/username/UsernameCard.vue'
import UsernameField from '@/features/username/UsernameField.vue'
import '@/icons'
import type { User } from '@/auth'
import { router } from '@/router'
import { useSession } from '@/session/useSession'

// The client takes hold of fetch when it is made, so that ours has to be there before it is imported.
const server = vi.hoisted(() => {
  const state = { asked: [] as [string, unknown][], replies: {} as Record<string, [number, unknown]> }
  globalThis.fetch = async (url, options) => {
    const path = String(url).replace(/^.*\/api\/auth/, '').replace(/\?.*$/, '')
    state.asked.push([path, options?.body ? JSON.parse(String(options.body)) : undefined])
    const [status, body] = state.replies[path] ?? [200, null]
    return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
  }
  return state
})

const user = { id: 'u', name: 'Ada', email: 'ada@example.com', username: 'ada', displayUsername: 'Ada' } as unknown as User
const who = { user, session: { id: 's', token: 't', userId: 'u', expiresAt: '2099-01-01T00:00:00.000Z' } }
const available = (is: boolean): [number, unknown] => [200, { available: is }]

const open = (form: object, props: object) =>
  mount(form, { attachTo: document.body, props, global: { plugins: [router] } })

async function send(form: ReturnType<typeof open>, values: Record<string, string>) {
  for (const [name, value] of Object.entries(values)) await form.get(`[name="${name}"]`).setValue(value)
  await form.get('form').trigger('submit')
  await flushPromises()
}

async function pause() {
  await vi.advanceTimersByTimeAsync(500)
  await flushPromises()
}

beforeEach(() => {
  server.asked = []
  server.replies = {}
  sessionStorage.clear()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})

afterEach(() => {
  useSession().stop()
  document.body.innerHTML = ''
  vi.useRealTimers()
})

describe('one field for either', () => {
  const form = () => open(SignInForm, { fields: [UsernameField] })

  it('signs in by the name where there is no @ in it', async () => {
    server.replies['/sign-in/username'] = [200, { token: 't', ...who }]
    await send(form(), { email: ' Ada ', password: 'a secret of mine' })
    expect(server.asked).toEqual([
      ['/sign-in/username', { username: 'Ada', password: 'a secret of mine', rememberMe: true }],
    ])
    expect(useSession().user.value?.name).toBe('Ada')
  })

  it('and by the address where there is one', async () => {
    await send(form(), { email: 'ada@example.com', password: 'x' })
    expect(server.asked[0]?.[0]).toBe('/sign-in/email')
  })

  it.each([
    ['', 'Enter your e-mail address or your username.'],
    ['ab', 'A username has at least 3 characters.'],
    ['ada lovelace', 'A username has letters, digits, dots and underscores only.'],
    ['ada@', 'Enter an e-mail address such as name@example.com.'],
  ])('says what is wrong with "%s" by itself', async (name, said) => {
    const shown = form()
    await send(shown, { email: name, password: 'x' })
    expect(shown.text()).toContain(said)
    expect(document.activeElement).toBe(shown.get('[name="email"]').element)
    expect(server.asked).toEqual([])
  })

  it('goes on to the second step', async () => {
    server.replies['/sign-in/username'] = [200, { twoFactorRedirect: true, twoFactorMethods: ['totp'] }]
    const push = vi.spyOn(router, 'push').mockResolvedValue(undefined)
    await send(form(), { email: 'ada', password: 'x' })
    await vi.dynamicImportSettled()
    await flushPromises()
    expect(push).toHaveBeenCalledWith({ path: '/two-factor', query: { methods: 'totp' } })
  })

  it('says that they do not match, and offers no mail where there is no address', async () => {
    server.replies['/sign-in/username'] = [401, { code: 'INVALID_USERNAME_OR_PASSWORD', message: 'x' }]
    const shown = form()
    await send(shown, { email: 'ada', password: 'x' })
    expect(shown.get('[role="alert"]').text()).toContain('do not match an account')
    server.replies['/sign-in/username'] = [403, { code: 'EMAIL_NOT_VERIFIED', message: 'x' }]
    await send(shown, { password: 'y' })
    expect(shown.get('[role="alert"]').text()).toContain('Confirm your e-mail address')
    expect(shown.text()).not.toContain('Send the link')
  })
})

describe('a name for who signs up', () => {
  const person = { name: 'Ada', email: 'ada@example.com', password: 'violet-harbour-79' }
  const form = () => open(SignUpForm, { fields: [NewUsernameField] })

  it('need not be given', async () => {
    await send(form(), person)
    expect(server.asked[0]).toEqual(['/sign-up/email', { ...person, callbackURL: '/verify-email?from=mail' }])
  })

  it('is asked for in a pause of typing, once', async () => {
    server.replies['/is-username-available'] = available(true)
    const shown = form()
    for (const typed of ['ad', 'ada', 'ada.l']) await shown.get('[name="username"]').setValue(typed)
    await pause()
    expect(server.asked).toEqual([['/is-username-available', { username: 'ada.l' }]])
    expect(shown.text()).toContain('ada.l is free.')
    await send(shown, person)
    expect(server.asked[1]).toMatchObject(['/sign-up/email', { username: 'ada.l' }])
  })

  it('is not sent where somebody has it, and is refused beside its field', async () => {
    server.replies['/is-username-available'] = available(false)
    const shown = form()
    await shown.get('[name="username"]').setValue('grace')
    await pause()
    expect(shown.text()).toContain('Somebody has that username already.')
    await send(shown, person)
    expect(server.asked.map(([path]) => path)).toEqual(['/is-username-available'])
    expect(document.activeElement).toBe(shown.get('[name="username"]').element)
    server.replies['/sign-up/email'] = [400, { code: 'USERNAME_IS_ALREADY_TAKEN', message: 'x' }]
    await send(shown, { username: 'eve' })
    expect(shown.get('[name="username"]').attributes('aria-invalid')).toBe('true')
  })
})

describe('the card of the settings', () => {
  it('takes another name, and does not ask whether one’s own is free', async () => {
    await useSession().start(who as never)
    const card = open(UsernameCard, { user })
    await card.get('[name="username"]').setValue('ADA')
    await pause()
    expect(server.asked).toEqual([])
    server.replies['/update-user'] = [200, { status: true }]
    await send(card, { username: 'Ada_2' })
    expect(server.asked).toEqual([['/update-user', { username: 'Ada_2', displayUsername: 'Ada_2' }]])
    expect(useSession().user.value).toMatchObject({ username: 'ada_2', displayUsername: 'Ada_2' })
  })

  it('says nothing of a name that is not there any more', async () => {
    server.replies['/is-username-available'] = available(false)
    const card = open(UsernameCard, { user })
    await card.get('[name="username"]').setValue('grace')
    vi.advanceTimersByTime(500)
    await card.get('[name="username"]').setValue('gr')
    await flushPromises()
    expect(server.asked).toHaveLength(1)
    expect(card.text()).not.toContain('Somebody has that username')
  })
})
