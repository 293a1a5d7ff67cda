import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Who } from '@/auth'
import { load } from '@/features/multi_session/people'
import { switcher } from '@/features/multi_session/switcher'
import '@/icons'
import { useSession } from '@/session/useSession'
import { useNotices } from '@/shell/useNotices'

const server = vi.hoisted(() => {
  const state = { asked: [] as [string, unknown][], replies: {} as Record<string, [number, unknown]> }
  globalThis.fetch = async (url, options) => {
    const path = String(url).replace(/^.*\/api\/auth\/multi-session/, '')
    state.asked.push([path, options?.body ? JSON.parse(String(options.body)) : undefined])
    const [status, body] = state.replies[path] ?? [200, {}]
    return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
  }
  return state
})

const session = { expiresAt: '2099-01-01T00:00:00.000Z' }
const who = (name: string) => ({
  user: { id: name, name, email: `${name}@example.com` },
  session: { ...session, id: name, token: `token of ${name}`, userId: name },
})
const labels = () => switcher.items().map(({ label }) => label)
const choose = (label: string) => {
  void switcher.items().find((each) => each.label === label)?.onSelect?.(new Event('select'))
  return flushPromises()
}

async function are(...names: string[]) {
  server.replies['/list-device-sessions'] = [200, names.map(who)]
  await load()
  server.asked = []
}

beforeEach(async () => {
  server.replies = {}
  vi.spyOn(window.location, 'assign').mockImplementation(() => {})
  await useSession().start(who('Ada') as unknown as Who)
})

afterEach(() => {
  vi.restoreAllMocks()
  useSession().stop()
  document.body.innerHTML = ''
})

describe('the people of one browser', () => {
  it('are those beside who is there', async () => {
    await are('Ada')
    expect([labels(), switcher.hasOthers()]).toEqual([['Add another account'], false])
    await are('Ada', 'Grace')
    expect(labels()).toEqual(['Also signed in here', 'Grace', 'Add another account', 'Sign out of one'])
    expect(switcher.hasOthers()).toBe(true)
  })

  it('are five at most', async () => {
    await are('Ada', 'b', 'c', 'd', 'e')
    expect(labels()).not.toContain('Add another account')
  })

  it('are switched, for which all is fetched anew', async () => {
    await are('Ada', 'Grace')
    await choose('Grace')
    expect(server.asked).toEqual([['/set-active', { sessionToken: 'token of Grace' }]])
    expect(window.location.assign).toHaveBeenCalledWith('/documents')
  })

  it('are asked for again where one of them is gone', async () => {
    await are('Ada', 'Grace')
    server.replies['/set-active'] = [401, { code: 'INVALID_SESSION_TOKEN', message: 'x' }]
    server.replies['/list-device-sessions'] = [200, [who('Ada')]]
    await choose('Grace')
    expect(window.location.assign).not.toHaveBeenCalled()
    expect(useSession().signedIn.value).toBe(true)
    expect(useNotices().notices.value.at(-1)?.description).toContain('not signed in at this browser any more')
    expect(switcher.hasOthers()).toBe(false)
  })

  it('are added at the page to sign in', async () => {
    await are('Ada')
    await choose('Add another account')
    expect(window.location.assign).toHaveBeenCalledWith('/login?add=yes')
  })

  it('are signed out one by one', async () => {
    await are('Ada', 'Grace')
    await choose('Sign out of one')
    const dialog = mount(switcher.dialog()!, { attachTo: document.body })
    await dialog.get('[aria-label="Sign out Grace"]').trigger('click')
    await flushPromises()
    expect(server.asked).toEqual([['/revoke', { sessionToken: 'token of Grace' }]])
    expect(dialog.findAll('li')).toHaveLength(1)
    await dialog.get('[aria-label="Sign out Ada"]').trigger('click')
    await flushPromises()
    expect(window.location.assign).toHaveBeenCalledWith('/documents')
    switcher.close()
    expect(switcher.dialog()).toBeNull()
    dialog.unmount()
  })
})
