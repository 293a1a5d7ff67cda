import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { keyIn } from '@/features/two_factor/api'
import TrustedBrowsersCard from '@/features/two_factor/TrustedBrowsersCard.vue'
import TwoFactorCard from '@/features/two_factor/TwoFactorCard.vue'
import '@/icons'
import type { User } from '@/auth'
import { hasPassword } from '@/session/hasPassword'
import { useNotices } from '@/shell/useNotices'

// The client takes hold of fetch when it is made, so that ours has to be there before it is imported.
const server = vi.hoisted(() => {
  const state = { requests: [] as { path: string, body: unknown }[], replies: {} as Record<string, unknown> }
  globalThis.fetch = async (url, options) => {
    const path = String(url).replace(/^.*\/api\/auth/, '').replace(/\?.*$/, '')
    state.requests.push({ path, body: options?.body ? JSON.parse(String(options.body)) : undefined })
    const body = JSON.stringify(state.replies[path] ?? null)
    return new Response(body, { headers: { 'content-type': 'application/json' } })
  }
  return state
})

const uri = 'otpauth://totp/AI-Editor:ada%40example.com?secret=ABCDEFGHIJ&issuer=AI-Editor&digits=6&period=30'
const codes = ['aaaaa-11111', 'bbbbb-22222']
const ada = (twoFactorEnabled: boolean | null) => ({ id: 'u', email: 'ada@example.com', twoFactorEnabled }) as unknown as User
const open = (on: boolean | null) =>
  mount(TwoFactorCard, { attachTo: document.body, props: { user: ada(on) }, global: { stubs: { RouterLink: true } } })

type Card = ReturnType<typeof open>

async function press(card: Card, words: string) {
  await card.findAll('button').find((each) => each.text() === words)?.trigger('click')
  await flushPromises()
  await vi.dynamicImportSettled()
}

async function fill(card: Card, name: string, value: string) {
  await card.get(`[name="${name}"]`).setValue(value)
  await card.get('dialog form').trigger('submit')
  await flushPromises()
}

beforeEach(() => {
  server.requests = []
  server.replies = {
    '/two-factor/enable': { method: 'totp', totpURI: uri, backupCodes: codes },
    '/two-factor/verify-totp': { token: 't', user: ada(false) },
    '/two-factor/generate-backup-codes': { status: true, backupCodes: codes },
    '/two-factor/disable': { status: true },
  }
})

afterEach(() => {
  hasPassword.value = true
  document.body.innerHTML = ''
})

describe('two-step sign-in', () => {
  it('is set up from the password to the backup codes', async () => {
    const card = open(false)
    expect(card.text()).toContain('It is off')
    await press(card, 'Set it up')
    await fill(card, 'password', 'a secret of mine')
    expect(card.get('svg[role="img"]').attributes('aria-label')).toContain('QR code')
    expect(card.get('details').text()).toContain('ABCD EFGH IJ')
    await fill(card, 'code', '123 456')
    expect(card.findAll('ul li').map((each) => each.text())).toEqual(codes)
    expect(server.requests.slice(0, 3)).toEqual([
      { path: '/two-factor/enable', body: { password: 'a secret of mine' } },
      { path: '/two-factor/verify-totp', body: { code: '123456' } },
      { path: '/get-session', body: undefined },
    ])
    await press(card, 'I have kept them')
    expect(card.find('dialog').exists()).toBe(false)
  })

  it('makes new backup codes', async () => {
    const card = open(true)
    await press(card, 'New backup codes')
    await fill(card, 'password', 'a secret of mine')
    expect(card.findAll('ul li').map((each) => each.text())).toEqual(codes)
  })

  it('is turned off', async () => {
    const card = open(true)
    await press(card, 'Turn it off')
    await fill(card, 'password', 'a secret of mine')
    expect(server.requests.map(({ path }) => path)).toContain('/two-factor/disable')
    expect(card.find('dialog').exists()).toBe(false)
  })

  it('is not offered to who has no password', () => {
    hasPassword.value = false
    const card = open(null)
    expect(card.findAll('button')).toEqual([])
    expect(card.text()).toContain('It needs a password')
  })

  it('copies the codes, or says why not', async () => {
    const copied: string[] = []
    vi.stubGlobal('navigator', { ...navigator, clipboard: { writeText: async (text: string) => { copied.push(text) } } })
    const card = open(true)
    await press(card, 'New backup codes')
    await fill(card, 'password', 'a secret of mine')
    await press(card, 'Copy')
    expect(copied).toEqual([codes.join('\n')])
    vi.stubGlobal('navigator', { clipboard: undefined })
    await press(card, 'Copy')
    expect(card.text()).toContain('does not allow that')
    vi.unstubAllGlobals()
  })

  it('spells the key in groups of four', () => {
    expect(keyIn(uri)).toBe('ABCD EFGH IJ')
  })
})

describe('trusted browsers', () => {
  const open = (on: boolean | null) =>
    mount(TrustedBrowsersCard, { props: { user: ada(on) }, global: { stubs: { RouterLink: true } } })

  it('are forgotten all at once', async () => {
    server.replies[`${window.location.origin}/api/two-factor/trusted-browsers`] = { status: true }
    await open(true).get('button').trigger('click')
    await flushPromises()
    expect(server.requests.map(({ path }) => path)).toEqual([expect.stringMatching(/\/api\/two-factor\/trusted-browsers$/)])
    expect(useNotices().notices.value.at(-1)?.title).toBe('No browser is trusted any more')
  })

  it('are nothing to speak of without a second step', () => {
    expect([null, false].map((on) => open(on).text())).toEqual(['', ''])
  })
})
