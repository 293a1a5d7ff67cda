import { enableAutoUnmount, flushPromises, mount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { defineComponent } from 'vue'
import type { Who } from '@/auth'
import { useNotices } from '@/shell/useNotices'
import { tellSessionsEnded } from '@/session/sessionsEnded'
import { useSession } from '@/session/useSession'
import { groupsOf } from '@/features/session/groups'
import { useSessions } from '@/features/session/useSessions'

// The client takes hold of fetch when it is made, so that ours has to be there before it is imported.
const server = vi.hoisted(() => {
  const state = { asked: [] as unknown[], replies: [] as { status: number, body: unknown }[] }
  globalThis.fetch = async (_url, options) => {
    state.asked.push(options?.body ? JSON.parse(String(options.body)) : undefined)
    const { status, body } = state.replies.shift() ?? { status: 200, body: { status: true } }
    return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
  }
  return state
})

const session = (id: string, minute: number) => ({
  id, token: `token of ${id}`, updatedAt: `2026-11-22T12:0${minute}:00.000Z`,
})
const Page = defineComponent({ setup: useSessions, template: '<p>{{ others?.length }}</p>' })

async function open() {
  await useSession().start({ user: { id: 'u' }, session: { id: 'own' } } as unknown as Who)
  server.replies = [{ status: 200, body: [session('old', 1), session('own', 5), session('new', 9)] }]
  const page = mount(Page)
  await flushPromises()
  return page
}

const ids = (page: Awaited<ReturnType<typeof open>>) => page.vm.others?.map(({ id }) => id)
const told = () => useNotices().notices.value.at(-1)?.kind

describe('useSessions', () => {
  enableAutoUnmount(afterEach)
  afterEach(() => { useSession().stop() })

  it('tells this session from the others, the latest first', async () => {
    const page = await open()
    expect(page.vm.current?.id).toBe('own')
    expect(ids(page)).toEqual(['new', 'old'])
  })

  it('ends one at once', async () => {
    const page = await open()
    const done = page.vm.revoke(page.vm.others![0]!)
    expect(ids(page)).toEqual(['old'])
    await done
    expect(server.asked.at(-1)).toEqual({ token: 'token of new' })
    expect(told()).toBe('success')
  })

  it('brings back what the server did not end', async () => {
    const page = await open()
    server.replies = [{ status: 500, body: null }]
    const done = page.vm.revokeOthers()
    expect(ids(page)).toEqual([])
    await done
    expect(ids(page)).toEqual(['new', 'old'])
    expect(told()).toBe('error')
  })

  it('ends several, and asks what is left where one was refused', async () => {
    const page = await open()
    await page.vm.revokeAll(page.vm.others as never)
    expect([ids(page), server.asked.slice(-2)]).toEqual([[], [{ token: 'token of old' }, { token: 'token of new' }]])
    const other = await open()
    server.replies = [{ status: 200, body: {} }, { status: 500, body: null }, { status: 200, body: [session('new', 9)] }]
    await other.vm.revokeAll(other.vm.others as never)
    expect([ids(other), told()]).toEqual([['new'], 'error'])
  })

  it('groups what reads alike, where the latest of it stands', () => {
    const of = (id: string, userAgent: string, ipAddress: string) => ({ id, userAgent, ipAddress }) as never
    const [chrome, curl] = ['Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0', 'curl/8']
    const groups = groupsOf([of('1', chrome, 'a'), of('2', curl, 'a'), of('3', chrome, 'a'), of('4', chrome, 'b')])
    expect(groups.map(({ sessions }) => sessions.map(({ id }) => id))).toEqual([['1', '3'], ['2'], ['4']])
  })

  it('says what went wrong instead of an empty list', async () => {
    const page = await open()
    server.replies = [{ status: 403, body: { code: 'SESSION_NOT_FRESH' } }]
    await page.vm.load()
    expect([page.vm.others, page.vm.problem?.code]).toEqual([null, 'SESSION_NOT_FRESH'])
  })

  it('asks again when something else has ended some, and not once it is gone', async () => {
    const page = await open()
    server.replies = [{ status: 200, body: [session('own', 5)] }]
    tellSessionsEnded()
    await flushPromises()
    expect(ids(page)).toEqual([])
    page.unmount()
    const asked = server.asked.length
    tellSessionsEnded()
    expect(server.asked).toHaveLength(asked)
  })
})
