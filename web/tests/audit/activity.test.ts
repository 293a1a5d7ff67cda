import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { enableAutoUnmount, flushPromises, mount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import ActivityCard from '@/features/audit/ActivityCard.vue'
import { describeEvent } from '@/features/audit/event'

// The client takes hold of fetch when it is made, so that ours has to be there before it is imported.
const server = vi.hoisted(() => {
  const state = { asked: [] as string[], replies: [] as { status: number, body: unknown }[] }
  globalThis.fetch = async (url) => {
    state.asked.push(String(url instanceof Request ? url.url : url))
    const { status, body } = state.replies.shift() ?? { status: 500, body: null }
    return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
  }
  return state
})

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0'
const event = (id: string, more: object = {}) => ({
  id, event: 'sign-in', result: 'success', by: 'you', createdAt: '2026-11-22T12:00:00.000Z',
  ipAddress: '198.51.100.7', userAgent: FIREFOX, current: false, ...more,
})

async function open(...pages: { status: number, body: unknown }[]) {
  server.asked = []
  server.replies = pages
  const card = mount(ActivityCard, { props: { user: { id: 'u' } as never } })
  await flushPromises()
  return card
}

const texts = (card: Awaited<ReturnType<typeof open>>) => card.findAll('li').map((each) => each.text().replace(/\s+/g, ' '))

describe('the activity card', () => {
  enableAutoUnmount(afterEach)

  it('says what happened, on which device and from where', async () => {
    const events = [event('a', { current: true }), event('b', { event: 'sign-in-failed', result: 'failure', by: 'somebody' })]
    const [first, second] = texts(await open({ status: 200, body: { events, next: null } }))
    expect(first).toMatch(/^Signed in This session.*Firefox 141 on Linux · From 198\.51\.100\.7/)
    expect(second).toMatch(/^A wrong password or passkey was used.*Refused/)
  })

  it('says that an operator did it, from no browser', async () => {
    const events = [event('a', { event: 'password-set', by: 'operator', ipAddress: null, userAgent: null })]
    const [text] = texts(await open({ status: 200, body: { events, next: null } }))
    expect(text).toMatch(/^A new password was set by whoever runs this server/)
    expect(text).not.toContain('unknown')
  })

  it('shows more, and no button once there is no more', async () => {
    const card = await open(
      { status: 200, body: { events: [event('a')], next: 'a' } }, { status: 200, body: { events: [event('b')], next: null } },
    )
    await card.get('button').trigger('click')
    await flushPromises()
    expect(server.asked.at(-1)).toMatch(/\/api\/activity\?before=a$/)
    expect([card.findAll('li').length, card.findAll('button').length]).toEqual([2, 0])
  })

  it('keeps what is there when more cannot be had', async () => {
    const card = await open({ status: 200, body: { events: [event('a')], next: 'a' } })
    await card.get('button').trigger('click')
    await flushPromises()
    expect(card.findAll('li').length).toBe(1)
    expect(card.get('[role=status]').text()).toContain('Please try again')
  })
})

/** Every event that the server writes down of a person, by its name in the code. */
function namesOfServer(): string[] {
  const root = join(import.meta.dirname, '../../..')
  const files = ['server', 'handlers'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(root, folder, name)))
  const call = /(?:audit|audit_failure|record|_audit\.write)\(\s*(?:tx, )?"([a-z]+(?:-[a-z]+)+)"|event="([a-z-]+)"/g
  const found = files.filter((name) => name.endsWith('.py')).flatMap((name) => [...readFileSync(name, 'utf8').matchAll(call)])
  return [...new Set(found.map(([, called, event]) => called ?? event ?? ''))]
}

describe('events', () => {
  it('have words of their own', () => {
    const unseen = ['rate-limited', 'account-limited', 'token-refused', 'user-deleted']
    const names = namesOfServer().filter((name) => !unseen.includes(name))
    expect(names.length).toBeGreaterThan(15)
    for (const name of names) {
      const plain = name.replaceAll('-', ' ')
      expect(describeEvent({ event: name, by: 'you' }).toLowerCase()).not.toBe(plain)
    }
  })

  it('of a newer server are spelled out', () => {
    expect(describeEvent({ event: 'some-thing-new', by: 'you' })).toBe('Some thing new')
  })
})
