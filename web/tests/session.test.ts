import { afterEach, describe, expect, it } from 'vitest'
import type { RouteRecordRaw } from 'vue-router'
import pages from '../pages.json'
import { parseBoot } from '@/boot'
import { useSession } from '@/composables/useSession'
import { guard, router, routesOf, titleOf } from '@/router'

const who = {
  user: { id: 'u', name: 'Ada', email: 'ada@example.com' },
  session: { id: 's', token: 't', expiresAt: new Date(Date.now() + 60_000) },
}

const to = (access: 'public' | 'guest' | 'member', fullPath: string, query = {}) => ({ meta: { access }, fullPath, query })

describe('parseBoot', () => {
  it('reads the session with its dates', () => {
    const boot = parseBoot(JSON.stringify({ session: { session: { expiresAt: '2026-11-29T12:00:00.000Z' }, user: {} } }))
    expect(boot.session?.session.expiresAt).toEqual(new Date('2026-11-29T12:00:00.000Z'))
  })

  it('has settings when the page says none', () => {
    const lengths = { passwordMinLength: 8, passwordMaxLength: 128 }
    const mails = { requireEmailVerification: false, verificationOnSignUp: false, deleteUserVerification: false }
    const settings = { ...lengths, signUp: true, ...mails }
    expect(parseBoot(null)).toEqual({ session: null, settings })
    expect(parseBoot('{"settings":{"signUp":false}}').settings).toEqual({ ...settings, signUp: false })
  })
})

describe('guard', () => {
  afterEach(() => { useSession().stop() })

  it('sends a signed-out visitor of a member page to sign in, and back', () => {
    expect(guard(to('member', '/settings?x=1'))).toEqual({ path: '/login', query: { redirect: '/settings?x=1' } })
    expect(guard(to('public', '/'))).toBe(true)
    expect(guard(to('guest', '/login'))).toBe(true)
  })

  it('sends a signed-in visitor of a guest page where they were going', async () => {
    await useSession().start(who)
    expect(guard(to('guest', '/login', { redirect: '/settings' }))).toBe('/settings')
    expect(guard(to('guest', '/login', { redirect: 'https://evil.example' }))).toBe('/dashboard')
    expect(guard(to('guest', '/', { error: 'X' }))).toEqual({ path: '/dashboard', query: { error: 'X' } })
    expect(guard(to('member', '/settings'))).toBe(true)
  })
})

describe('pages.json', () => {
  it('names pages and layouts that exist', () => {
    const leaves = (route: RouteRecordRaw): RouteRecordRaw[] => route.children?.flatMap(leaves) ?? [route]
    const routes = routesOf(pages as Parameters<typeof routesOf>[0])
    expect(routes.flatMap(leaves)).toHaveLength(pages.length + 1)
  })

  it('takes an address as the server does', () => {
    const names = ['/login', '/login/', '/Login', '/a/b/'].map((path) => router.resolve(path).name)
    expect(names).toEqual(['login', 'not-found', 'not-found', 'not-found'])
  })

  it('puts a layout into another', () => {
    const [outer] = routesOf([{ path: '/x', name: 'settings/profile', title: 'X', access: 'member', layout: 'default/settings' }])
    expect(outer?.children?.[0]?.children?.[0]?.path).toBe('/x')
  })

  it('refuses a page without a file', () => {
    const page = { path: '/x', name: 'nowhere', title: 'X', access: 'public' as const, layout: 'default' }
    expect(() => routesOf([page])).toThrow('nowhere')
  })

  it('gives each page a title of its own', () => {
    expect(new Set(pages.map((page) => page.title)).size).toBe(pages.length)
    expect(titleOf('Sign in')).toBe('Sign in · AI-Editor')
    expect(titleOf('AI-Editor')).toBe('AI-Editor')
  })
})
