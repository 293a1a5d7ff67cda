import { flushPromises, mount } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import MagicLinkWay from '@/features/magic_link/MagicLinkWay.vue'
import { router } from '@/router'
import type { Door } from '@/shell/ways'

const server = vi.hoisted(() => {
  const state = { status: 200, body: { status: true } as object, asked: [] as { url: string, body: unknown }[] }
  globalThis.fetch = async (url, options) => {
    state.asked.push({ url: String(url), body: JSON.parse(String(options?.body)) })
    return new Response(JSON.stringify(state.body), {
      status: state.status, headers: { 'content-type': 'application/json' },
    })
  }
  return state
})

async function press(email: string | null) {
  const door: Door = { page: 'login', email: email ?? '', rememberMe: true, askEmail: () => email }
  const way = mount(MagicLinkWay, { props: { door }, attachTo: document.body, global: { plugins: [router] } })
  await way.get('form').trigger('submit')
  await flushPromises()
  return way
}

describe('a link by mail', () => {
  it('goes to the address in the field, and leads to the page that was asked for', async () => {
    await router.push('/login?redirect=/settings/account')
    const way = await press('ada@example.com')
    expect(server.asked.at(-1)).toEqual({
      url: expect.stringContaining('/api/auth/sign-in/magic-link') as string,
      body: {
        email: 'ada@example.com',
        callbackURL: '/settings/account',
        errorCallbackURL: '/login?redirect=/settings/account',
      },
    })
    expect(way.get('[role="status"]').text()).toContain('We sent a link to ada@example.com')
    expect(way.get('button').text()).toBe('Send the link again')
  })

  it('is not asked for without an address', async () => {
    const before = server.asked.length
    const way = await press(null)
    expect(server.asked).toHaveLength(before)
    expect(way.get('[role="status"]').text()).toBe('')
  })

  it('says what the server has against it', async () => {
    Object.assign(server, { status: 429, body: { message: 'Too many requests.' } })
    const way = await press('ada@example.com')
    expect(way.get('[role="alert"]').text()).not.toBe('')
    expect(way.get('[role="status"]').text()).toBe('')
  })
})
