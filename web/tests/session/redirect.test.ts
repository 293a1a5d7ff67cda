import { describe, expect, it, vi } from 'vitest'
import { loginFor, redirectTarget, safePath } from '@/session/redirect'

const ORIGIN = 'https://app.example'

describe('safePath', () => {
  it.each([
    ['/dashboard', '/dashboard'],
    ['/settings/profile?tab=1#name', '/settings/profile?tab=1#name'],
    ['/a/../b', '/b'],
    ['/%2F/evil.example', '/%2F/evil.example'],
    ['/search?q=//evil.example', '/search?q=//evil.example'],
  ])('keeps %s', (value, path) => {
    expect(safePath(value, ORIGIN)).toBe(path)
  })

  it.each([
    '', 'dashboard', 'https://evil.example/', '//evil.example', '///evil.example', '/\\evil.example', '\\\\evil.example',
    '/a\\b', '/\t/evil.example', '/\n/evil.example', ' /dashboard', '/da shboard', '/a\u0000b', '/a\u007fb',
    'javascript:alert(1)', 'data:text/html,x', '/..//evil.example', '/.//evil.example', '/./\\evil.example',
    '/%2e//evil.example', undefined, null, 42, ['/dashboard'],
  ])('refuses %j', (value) => {
    expect(safePath(value, ORIGIN)).toBeNull()
  })

  it('never leads to another origin', () => {
    const parts = ['/', '\\', '.', '..', '%2e', '@', ':', '?', '#', '\t', 'evil.example', 'https:']
    for (const one of parts) for (const two of parts) for (const three of parts) for (const four of parts) {
      const path = safePath(`/${one}${two}${three}${four}`, ORIGIN)
      if (path !== null) expect(new URL(path, ORIGIN).origin, path).toBe(ORIGIN)
    }
  })
})

describe('redirectTarget', () => {
  it('takes the first of several, and where people land for none', () => {
    expect(redirectTarget(['/one', '/two'])).toBe('/one')
    expect(redirectTarget(undefined)).toBe('/documents')
    expect(redirectTarget('//evil.example')).toBe('/documents')
  })
})

describe('loginFor', () => {
  it('remembers the page, unless it is where one goes anyway', () => {
    expect(loginFor('/settings?tab=1')).toEqual({ path: '/login', query: { redirect: '/settings?tab=1' } })
    expect(loginFor('/documents')).toEqual({ path: '/login', query: {} })
  })
})

describe('where people land', () => {
  it('is their profile where there are no documents', async () => {
    document.body.innerHTML = '<script id="boot" type="application/json">{"settings":{"features":["shell"]}}</script>'
    vi.resetModules()
    const { HOME, loginFor: login } = await import('@/session/redirect')
    expect(HOME).toBe('/settings/profile')
    expect(login(HOME)).toEqual({ path: '/login', query: {} })
  })
})
