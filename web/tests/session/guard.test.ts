import { afterEach, describe, expect, it, vi } from 'vitest'
import { guard } from '@/session/guard'
import { useSession } from '@/session/useSession'

const who = {
  user: { id: 'u', name: 'Ada', email: 'ada@example.com' },
  session: { id: 's', token: 't', expiresAt: new Date(Date.now() + 60_000) },
}

const to = (access: 'public' | 'guest' | 'member', fullPath: string, query = {}, hash = '') =>
  ({ meta: { access }, path: fullPath, fullPath: fullPath + hash, query })

describe('guard', () => {
  afterEach(() => {
    useSession().stop()
    vi.unstubAllGlobals()
  })

  it('sends a signed-out visitor of a member page to sign in, and back', () => {
    expect(guard(to('member', '/settings?x=1'))).toEqual({ path: '/login', query: { redirect: '/settings?x=1' } })
    expect(guard(to('public', '/'))).toBe(true)
    expect(guard(to('guest', '/login'))).toBe(true)
  })

  it('sends a signed-in visitor of a guest page where they were going', async () => {
    await useSession().start(who)
    expect(guard(to('guest', '/login', { redirect: '/settings' }))).toBe('/settings')
    expect(guard(to('guest', '/login', { redirect: '//evil.example' }))).toBe('/documents')
    expect(guard(to('guest', '/', { error: 'X' }))).toEqual({ path: '/documents', query: { error: 'X' } })
    expect(guard(to('member', '/settings'))).toBe(true)
  })

  it.each(['/app/?a=1', '/settings/nothing', 'https://app.example.com/', 'https://evil.example'])(
    'asks the server for the way to %s, which is no page of ours', async (redirect) => {
      const assign = vi.fn()
      vi.stubGlobal('location', { ...window.location, origin: window.location.origin, assign })
      await useSession().start(who)
      const address = `/login?redirect=${encodeURIComponent(redirect)}`
      expect(guard({ ...to('guest', address, { redirect }), path: '/login' })).toBe(false)
      expect(assign.mock.calls).toEqual([[address]])
    },
  )

  it('keeps the fragment that the browser brought along', () => {
    const redirect = '/settings?tab=a&x=%26b'
    expect(guard(to('guest', '/login', { redirect, a: 'b' }, '#sessions')))
      .toEqual({ path: '/login', query: { redirect: `${redirect}#sessions`, a: 'b' } })
    expect(guard(to('guest', '/login', { redirect }, '#a%20b')))
      .toEqual({ path: '/login', query: { redirect: `${redirect}#a%20b` } })
    expect(guard(to('guest', '/login', { redirect: `${redirect}#one` }, '#two'))).toBe(true)
    expect(guard(to('guest', '/login', {}, '#two'))).toBe(true)
    expect(guard(to('public', '/', { redirect }, '#two'))).toBe(true)
  })
})
