import { mount } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import LastUsedBadge from '@/features/last_login_method/LastUsedBadge.vue'
import '@/icons'
import { LAST_USED } from '@/shell/lastUsed'
import WayButton from '@/shell/WayButton.vue'
import IconHash from '~icons/lucide/hash'

const NAME = 'better-auth.last_used_login_method'
const badge = (method: string) => mount(LastUsedBadge, { props: { method } }).text()

afterEach(() => { document.cookie = `${NAME}=; max-age=0` })

describe('the way that was used last', () => {
  it('is what the cookie says', () => {
    document.cookie = 'other=passkey'
    document.cookie = `${NAME}=magic-link`
    expect(['magic-link', 'passkey', 'email'].map(badge)).toEqual(['Last used', '', ''])
  })

  it('is none where nothing is said, or nothing that can be read', () => {
    expect(badge('email')).toBe('')
    document.cookie = `${NAME}=%E0%A4%A`
    expect(badge('email')).toBe('')
  })

  it('is marked within its button, where the server keeps it', () => {
    document.cookie = `${NAME}=passkey`
    const props = { label: 'Sign in with a passkey', method: 'passkey', icon: IconHash, pending: false, wait: 0 }
    const shown = (provide: object) => mount(WayButton, { props, global: { provide } }).text()
    expect(shown({ [LAST_USED as symbol]: LastUsedBadge })).toMatch(/Sign in with a passkey\s+Last used/)
    expect(shown({})).toBe('Sign in with a passkey')
  })
})
