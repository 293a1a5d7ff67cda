import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import '@/icons'
import type { User } from '@/auth'
import PasskeyProof from '@/features/passkey/PasskeyProof.vue'
import PasskeysCard from '@/features/passkey/PasskeysCard.vue'
import PasskeyWay from '@/features/passkey/PasskeyWay.vue'
import { nameOf, whereIs } from '@/features/passkey/usePasskeys'
import { router } from '@/router'
import { useSession } from '@/session/useSession'
import { useNotices } from '@/shell/useNotices'
import type { Door } from '@/shell/ways'

/** Dialogs are loaded when they are needed, which takes a busy machine a while. */
const SOON = { timeout: 30_000 }
type Said = { data: unknown, error: { status: number, code?: string } | null }

const browser = vi.hoisted(() => ({
  signIn: vi.fn(), fillsIn: vi.fn(), add: vi.fn(), list: vi.fn(), rename: vi.fn(), remove: vi.fn(), cancel: vi.fn(),
}))
vi.mock('@/features/passkey/passkeys', () => ({ ...browser, supported: true }))

const fine = (data: unknown): Said => ({ data, error: null })
const refused = (code: string, status = 400): Said => ({ data: null, error: { status, code } })
const ada = { id: 'u', name: 'Ada', email: 'ada@example.com' } as User
const who = { user: ada, session: { id: 's', token: 't', userId: 'u', expiresAt: new Date(Date.now() + 3_600_000) } }
const door: Door = { page: 'login', email: '', rememberMe: true, askEmail: () => null }
const phone = { id: '1', name: 'Phone', deviceType: 'multiDevice', backedUp: true, createdAt: new Date(2026, 0, 2) }

const global = { plugins: [router] }
const way = () => mount(PasskeyWay, { attachTo: document.body, props: { door }, global })
const card = () => mount(PasskeysCard, { attachTo: document.body, props: { user: ada }, global })

beforeEach(() => {
  Object.values(browser).forEach((each) => each.mockReset())
  browser.fillsIn.mockResolvedValue(false)
  browser.list.mockResolvedValue(fine([phone]))
})

afterEach(() => {
  useSession().stop()
  document.body.innerHTML = ''
  vi.useRealTimers()
})

describe('signing in with a passkey', () => {
  it('takes the session that comes of it', async () => {
    browser.signIn.mockResolvedValue(fine(who))
    await way().get('form').trigger('submit')
    await flushPromises()
    expect(useSession().user.value?.name).toBe('Ada')
  })

  it('says why it did not come to that, and offers it in the field again unless the server refused', async () => {
    browser.fillsIn.mockResolvedValue(true)
    browser.signIn.mockImplementation((_watch, fill) =>
      (fill ? new Promise(() => {}) : Promise.resolve(refused('ERROR_PASSTHROUGH_SEE_CAUSE_PROPERTY'))))
    const shown = way()
    await flushPromises()
    await shown.get('form').trigger('submit')
    await flushPromises()
    expect(shown.get('[role="alert"]').text()).toContain('No passkey was used')
    expect(browser.signIn.mock.calls.map(([, fill]) => fill ?? false)).toEqual([true, false, true])
    browser.signIn.mockResolvedValue(refused('PASSKEY_NOT_FOUND', 401))
    await shown.get('form').trigger('submit')
    await flushPromises()
    expect(shown.get('[role="alert"]').text()).toContain('not known here')
    expect(browser.signIn).toHaveBeenCalledTimes(4)
  })

  it('is there in the field for the address, anew before a challenge is over, and not after the page', async () => {
    vi.useFakeTimers()
    browser.fillsIn.mockResolvedValue(true)
    browser.signIn.mockReturnValue(new Promise(() => {}))
    const shown = way()
    await vi.advanceTimersByTimeAsync(200_000)
    expect(browser.signIn).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(80_000)
    expect(browser.signIn).toHaveBeenCalledTimes(2)
    shown.unmount()
    expect(browser.cancel).toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(600_000)
    expect(browser.signIn).toHaveBeenCalledTimes(2)
  })

  it('takes what was chosen in the field', async () => {
    browser.fillsIn.mockResolvedValue(true)
    browser.signIn.mockResolvedValue(fine(who))
    way()
    await flushPromises()
    expect(useSession().signedIn.value).toBe(true)
  })
})

describe('the card of passkeys', () => {
  it('lists them', async () => {
    const shown = card()
    await flushPromises()
    expect(shown.get('li').text()).toContain('Phone')
    expect(shown.get('li').text()).toContain('Kept by a password manager')
    expect([nameOf({ name: ' ' }), whereIs({ deviceType: 'singleDevice', backedUp: false })]).toEqual(['Passkey', 'On one device'])
  })

  it('adds one, and asks what to call it', async () => {
    browser.add.mockResolvedValue(fine({ ...phone, id: '2', name: null }))
    browser.rename.mockImplementation((id, name) => Promise.resolve(fine({ passkey: { ...phone, id, name } })))
    const shown = card()
    await flushPromises()
    await shown.findAll('button').find((each) => each.text() === 'Add a passkey')?.trigger('click')
    await vi.waitUntil(() => document.querySelector('dialog form'), SOON)
    await shown.get('dialog [name="name"]').setValue(' Key ring ')
    await shown.get('dialog form').trigger('submit')
    await flushPromises()
    expect(browser.rename.mock.calls[0]?.slice(0, 2)).toEqual(['2', 'Key ring'])
    expect(shown.findAll('li').map((each) => each.get('p').text())).toEqual(['Phone', 'Key ring'])
  })

  it('says why one was not added', async () => {
    browser.add.mockResolvedValue(refused('ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED'))
    const shown = card()
    await flushPromises()
    await shown.findAll('button').find((each) => each.text() === 'Add a passkey')?.trigger('click')
    await flushPromises()
    expect(shown.get('p[role="status"]').text()).toContain('has a passkey for this account already')
  })

  it('brings one back that the server keeps', async () => {
    browser.remove.mockResolvedValue(refused('PASSKEY_NOT_FOUND', 404))
    const shown = card()
    await flushPromises()
    await shown.get('[aria-label="Delete Phone"]').trigger('click')
    await vi.waitUntil(() => document.querySelector('dialog'), SOON)
    await shown.findAll('dialog button').find((each) => each.text() === 'Delete')?.trigger('click')
    await flushPromises()
    expect(shown.findAll('li')).toHaveLength(1)
    expect(useNotices().notices.value.at(-1)?.title).toBe('Phone stays')
  })
})

describe('a passkey as a proof', () => {
  const proof = () => mount(PasskeyProof, { attachTo: document.body, props: { user: ada }, global })

  it('is offered to who has one alone', async () => {
    browser.list.mockResolvedValueOnce(fine([]))
    const [without, having] = [proof(), proof()]
    await flushPromises()
    expect([without.find('form').exists(), having.find('form').exists()]).toEqual([false, true])
  })

  it.each([
    ['the person', who, 1],
    ['somebody else', { ...who, user: { ...ada, id: 'v' } }, 0],
    ['nobody', {}, 0],
  ])('shows that it is %s', async (_who, answer, times) => {
    browser.signIn.mockResolvedValue(fine(answer))
    const shown = proof()
    await flushPromises()
    await shown.get('form').trigger('submit')
    await flushPromises()
    expect(shown.emitted('confirmed') ?? []).toHaveLength(times)
    expect(shown.get('[role="alert"]').text().includes('cannot be confirmed here')).toBe(times === 0)
  })
})
