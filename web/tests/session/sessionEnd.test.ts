import { flushPromises, mount } from '@vue/test-utils'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { auth } from '@/auth'
import { useSession } from '@/session/useSession'
import { useSessionGuard } from '@/session/useSessionGuard'

const server = vi.hoisted(() => {
  const state = { status: 200, body: null as unknown }
  globalThis.fetch = async () => new Response(JSON.stringify(state.body), {
    status: state.status, headers: { 'content-type': 'application/json' },
  })
  return state
})

const who = {
  user: { id: 'u', name: 'Ada', email: 'ada@example.com' },
  session: { id: 's', token: 't', userId: 'u', expiresAt: new Date(Date.now() + 3_600_000) },
}

const Page = defineComponent({ setup: useSessionGuard, template: '<main />' })
const router = createRouter({
  history: createMemoryHistory(),
  routes: [
    { path: '/settings', component: Page, meta: { access: 'member' } },
    { path: '/login', component: Page, meta: { access: 'guest' } },
  ],
})

function serverSays(status: number, body: unknown) {
  Object.assign(server, { status, body })
}

describe('a session that ends behind the page’s back', () => {
  const { start, stop, follow, hold, letGo, signedIn, ended } = useSession()

  beforeAll(async () => {
    serverSays(200, who)
    await start(who)
    await router.push('/settings')
    follow()
    mount(Page, { global: { plugins: [router] } })
  })
  afterAll(() => useSession().stop())

  beforeEach(async () => {
    serverSays(200, who)
    await start(who)
    await router.push('/settings?tab=2')
    await flushPromises()
    expect(signedIn.value).toBe(true)
  })

  it('leads to signing in and back when an answer is 401', async () => {
    serverSays(401, { code: 'UNAUTHORIZED', message: 'Unauthorized' })
    await auth.listSessions()
    await flushPromises()
    expect([signedIn.value, ended.value]).toEqual([false, true])
    expect(router.currentRoute.value.fullPath).toBe('/login?redirect=/settings?tab=2')
  })

  it('waits until what holds it lets go', async () => {
    hold()
    serverSays(401, { code: 'UNAUTHORIZED', message: 'Unauthorized' })
    await auth.listSessions()
    await flushPromises()
    expect([signedIn.value, ended.value]).toEqual([true, false])
    letGo()
    await flushPromises()
    expect([signedIn.value, ended.value]).toEqual([false, true])
  })

  it('leads to signing in alone after a sign-out on purpose', async () => {
    stop()
    await flushPromises()
    expect(router.currentRoute.value.fullPath).toBe('/login')
  })

  it('stays when it is only a password that is wrong', async () => {
    serverSays(401, { code: 'INVALID_EMAIL_OR_PASSWORD', message: 'Invalid email or password' })
    await auth.signIn.email({ email: 'ada@example.com', password: 'x' })
    await flushPromises()
    expect(signedIn.value).toBe(true)
  })

  it('follows a sign-out in another tab', async () => {
    serverSays(200, null)
    const message = JSON.stringify({ event: 'session', data: { trigger: 'signout' }, clientId: 'other', timestamp: 1 })
    window.dispatchEvent(new StorageEvent('storage', { key: 'better-auth.message', newValue: message }))
    await vi.waitFor(() => expect(signedIn.value).toBe(false))
    expect(ended.value).toBe(true)
  })

  it('stays while the server is only out of order', async () => {
    serverSays(500, null)
    const message = JSON.stringify({ event: 'session', data: { trigger: 'signout' }, clientId: 'other', timestamp: 2 })
    window.dispatchEvent(new StorageEvent('storage', { key: 'better-auth.message', newValue: message }))
    await flushPromises()
    expect(signedIn.value).toBe(true)
  })
})
