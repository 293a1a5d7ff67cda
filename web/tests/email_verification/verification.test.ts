import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { defineComponent, effectScope, nextTick, shallowRef } from 'vue'
import type { Session } from '@/auth'
import { useEmailChange } from '@/features/email_verification/useEmailChange'
import { useSession } from '@/session/useSession'
import { useVerification } from '@/features/email_verification/useVerification'
import { useWhileVisible } from '@/features/email_verification/useWhileVisible'

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000)
const user = { id: 'u', name: 'Ada', email: 'ada@example.com', emailVerified: true, updatedAt: ago(600) }

async function signIn(changes: Partial<typeof user> = {}) {
  await useSession().start({ user: { ...user, ...changes }, session: { id: 'own' } as Session })
}

afterEach(() => {
  useSession().stop()
})

describe('useEmailChange', () => {
  beforeEach(() => { useEmailChange().forget() })
  const open = () => effectScope().run(useEmailChange)!

  it('begins at the old mailbox, goes on at the new, and arrives', async () => {
    await signIn()
    const { underWay, arrived, begin, allowed } = open()
    begin('new@example.com')
    expect(underWay.value).toMatchObject({ to: 'new@example.com', mailbox: 'old' })
    allowed()
    expect(open().underWay.value?.mailbox).toBe('new')
    useSession().change({ email: 'new@example.com' })
    expect([underWay.value, arrived.value]).toEqual([null, true])
  })

  it('begins at the new mailbox where the old one was never confirmed', async () => {
    await signIn({ emailVerified: false })
    open().begin('new@example.com')
    expect(open().underWay.value?.mailbox).toBe('new')
  })

  it('is nobody else’s, and over with the links', async () => {
    await signIn()
    open().begin('new@example.com')
    await signIn({ id: 'other' })
    expect(open().underWay.value).toBeNull()
    await signIn()
    vi.setSystemTime(Date.now() + 3_700_000)
    expect(open().underWay.value).toBeNull()
    vi.useRealTimers()
  })
})

describe('useWhileVisible', () => {
  it('acts while there is something to wait for, and stops with it', async () => {
    vi.useFakeTimers()
    const [waiting, act] = [shallowRef(true), vi.fn()]
    effectScope().run(() => useWhileVisible(() => waiting.value, act))
    vi.advanceTimersByTime(10_000)
    expect(act).toHaveBeenCalledTimes(2)
    waiting.value = false
    await nextTick()
    vi.advanceTimersByTime(10_000)
    expect(act).toHaveBeenCalledTimes(2)
    vi.useRealTimers()
  })
})

describe('useVerification', () => {
  beforeEach(() => { useEmailChange().forget() })

  async function stand(query: string) {
    const Page = defineComponent({ setup: () => ({ stand: useVerification() }), template: '<p />' })
    const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/verify-email', component: Page }] })
    await router.push(`/verify-email${query}`)
    return mount(Page, { global: { plugins: [router] } })
  }

  it.each([
    ['?error=TOKEN_EXPIRED', 'expired'],
    ['?error=INVALID_TOKEN', 'invalid'],
    ['?error=whatever', 'invalid'],
    ['?error=USER_NOT_FOUND', 'no user'],
    ['?error=INVALID_USER', 'other user'],
    ['', 'unknown'],
    ['?from=mail', 'done'],
    ['?from=mail&error=TOKEN_EXPIRED', 'expired'],
    ['?for=change', 'change unknown'],
  ])('reads %s without a session as %s', async (query, expected) => {
    expect((await stand(query)).vm.stand).toBe(expected)
  })

  it('waits for the confirmation, and tells of it as news', async () => {
    await signIn({ emailVerified: false })
    const page = await stand('')
    expect(page.vm.stand).toBe('pending')
    useSession().change({ emailVerified: true })
    await nextTick()
    expect(page.vm.stand).toBe('done')
  })

  it('tells from the link in the mail whether it is news, and not from another change', async () => {
    await signIn({ updatedAt: ago(0) })
    expect((await stand('')).vm.stand).toBe('already')
    expect((await stand('?from=mail')).vm.stand).toBe('done')
  })

  it('knows how far a change of address is', async () => {
    await signIn()
    useEmailChange().begin('new@example.com')
    const page = await stand('?for=change')
    expect(page.vm.stand).toBe('change half')
    useSession().change({ email: 'new@example.com' })
    await nextTick()
    expect(page.vm.stand).toBe('change done')
  })
})
