import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { defineComponent, nextTick } from 'vue'
import type { RouteRecordRaw } from 'vue-router'
import pages from '../../pages.json'
import { router, routesOf } from '@/router'
import { useSession } from '@/session/useSession'
import { pageOf } from '@/shell/cards'
import { titleOf } from '@/shell/title'

const page = { path: '/x', name: 'nowhere', feature: 'user', title: '' as const, access: 'public' as const, layout: 'default' }

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
    const [outer] = routesOf([{ ...page, feature: 'shell', name: 'index', layout: 'default/settings' }])
    expect(outer?.children?.[0]?.children?.[0]?.path).toBe('/x')
  })

  it('refuses a page without a file', () => {
    expect(() => routesOf([page])).toThrow('user/pages/nowhere')
    expect(() => routesOf([{ ...page, cards: ['user/NoCard'] }])).toThrow('user/NoCard')
  })

  it('makes a page of cards, in their order, for who is signed in', async () => {
    await useSession().start({ user: { id: 'u', name: 'Ada' }, session: { id: 's' } })
    const said = (text: string) => defineComponent({ props: { user: { type: Object, required: true } }, template: `<p>${text} {{ user.name }}</p>` })
    const shown = mount(pageOf([said('one'), said('two')]))
    expect(shown.findAll('p').map((each) => each.text())).toEqual(['one Ada', 'two Ada'])
    useSession().stop()
    await nextTick()
    expect(shown.text()).toBe('')
  })

  it('gives each page a title of its own', () => {
    expect(new Set(pages.map((page) => page.title)).size).toBe(pages.length)
    expect(titleOf('Sign in')).toBe('Sign in · AI-Editor')
    expect(titleOf('')).toBe('AI-Editor')
  })
})
