import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import '@/icons'
import type { User, Who } from '@/auth'
import { useReauthentication } from '@/session/useReauthentication'
import { useSession } from '@/session/useSession'
import AppReauthentication from '@/shell/AppReauthentication.vue'

// The client takes hold of fetch when it is made, so that ours has to be there before it is imported.
const server = vi.hoisted(() => {
  const state = { asked: [] as string[], replies: {} as Record<string, unknown> }
  globalThis.fetch = async (url) => {
    const path = String(url).replace(/^.*\/api\/auth/, '').replace(/\?.*$/, '')
    state.asked.push(path)
    return new Response(JSON.stringify(state.replies[path] ?? null), { headers: { 'content-type': 'application/json' } })
  }
  return state
})

const ada = { id: 'u', name: 'Ada', email: 'ada@example.com' } as User
const session = (id: string) => ({ id, token: `token of ${id}`, userId: 'u', expiresAt: '2099-01-01T00:00:00.000Z' })
const { asking, confirm, settle } = useReauthentication()

async function answer(reply: unknown) {
  server.replies = { '/sign-in/email': reply, '/get-session': { user: ada, session: session('new') } }
  const confirmed = confirm()
  const global = { stubs: { RouterLink: true } }
  const dialog = mount(AppReauthentication, { attachTo: document.body, props: { user: ada }, global })
  await dialog.get('[name="password"]').setValue('a secret of mine')
  await dialog.get('form').trigger('submit')
  await flushPromises()
  return { dialog, confirmed }
}

beforeEach(async () => {
  server.asked = []
  const old = { ...session('old'), createdAt: new Date(), expiresAt: new Date(Date.now() + 3_600_000) }
  await useSession().start({ user: ada, session: old } as unknown as Who)
})

afterEach(() => {
  settle(false)
  useSession().stop()
  document.body.innerHTML = ''
})

describe('the question whether it is still you', () => {
  it('takes the person’s own sign-in, and ends the session that was too old', async () => {
    const { confirmed } = await answer({ redirect: false, token: 'token of new', user: ada })
    expect(await confirmed).toBe(true)
    expect(server.asked).toEqual(['/sign-in/email', '/get-session', '/revoke-session'])
    expect(useSession().session.value?.id).toBe('new')
  })

  it('asks for the second step, and keeps who is signed in on the page meanwhile', async () => {
    const asked = { twoFactorRedirect: true, twoFactorMethods: ['totp'] }
    const { dialog, confirmed } = await answer(asked)
    await vi.dynamicImportSettled()
    await flushPromises()
    expect(useSession().session.value?.id).toBe('old')
    server.replies['/two-factor/verify-totp'] = { token: 'token of new', user: ada }
    await dialog.get('[name="code"]').setValue('123456')
    await dialog.get('form').trigger('submit')
    await flushPromises()
    expect(await confirmed).toBe(true)
    expect(server.asked).toEqual(['/sign-in/email', '/two-factor/verify-totp', '/get-session', '/revoke-session'])
    expect(useSession().session.value?.id).toBe('new')
  })

  it.each([
    ['a second proof', { twoFactorRedirect: true }],
    ['somebody else', { redirect: false, token: 'x', user: { ...ada, id: 'v' } }],
    ['no token', { redirect: false, token: null, user: ada }],
    ['nothing known', {}],
    ['nothing at all', null],
  ])('takes %s for no answer, and signs nobody out', async (_what, reply) => {
    const { dialog } = await answer(reply)
    expect(dialog.get('[role="alert"]').text()).toContain('cannot be confirmed here')
    expect(asking.value).toBe(true)
    expect(server.asked).toEqual(['/sign-in/email'])
    expect([useSession().session.value?.id, useSession().ended.value]).toEqual(['old', false])
    dialog.unmount()
  })
})
