import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { auth } from '@/auth'
import { boot } from '@/boot'
import { isAdding } from '@/session/adding'
import { useSession } from '@/session/useSession'
import AppUserMenu from '@/shell/AppUserMenu.vue'
import { SWITCHER, type Switcher } from '@/shell/switcher'

const server = vi.hoisted(() => {
  const state = { body: null as unknown }
  globalThis.fetch = async () => new Response(JSON.stringify(state.body), { headers: { 'content-type': 'application/json' } })
  return state
})

const who = (id: string) => ({
  user: { id, name: id, email: `${id}@example.com` },
  session: { id, token: id, userId: id, expiresAt: new Date(Date.now() + 3_600_000) },
})

function look() {
  const message = JSON.stringify({ event: 'session', data: { trigger: 'getSession' }, clientId: 'x', timestamp: Date.now() })
  window.dispatchEvent(new StorageEvent('storage', { key: 'better-auth.message', newValue: message }))
  return flushPromises()
}

afterEach(() => vi.restoreAllMocks())

describe('another account', () => {
  it('is added where the server knows several, and the address says so', () => {
    expect(isAdding('?add=yes')).toBe(false)
    boot.settings.features = ['multi_session']
    expect(['?add=yes', '?add=no', ''].map(isAdding)).toEqual([true, false, false])
  })

  it('is not taken for the one who is signed in already, and a tab that shows another one is loaded anew', async () => {
    const { follow, start, user } = useSession()
    const reload = vi.spyOn(window.location, 'reload').mockImplementation(() => {})
    vi.spyOn(window, 'location', 'get').mockReturnValue({ ...window.location, search: '?add=yes', reload } as Location)
    server.body = who('Ada')
    follow()
    await look()
    expect(user.value).toBeNull()
    await start(who('Grace') as never)
    await flushPromises()
    expect(user.value?.name).toBe('Grace')
    await auth.$store.notify('$sessionSignal')
    await vi.waitFor(() => expect(reload).toHaveBeenCalled())
    expect(user.value?.name).toBe('Grace')
    useSession().stop()
  })
})

describe('the account menu', () => {
  const props = { user: who('Ada').user as never, pages: [] }

  it('gives the focus back when its dialog closes', async () => {
    const close = vi.fn()
    const switcher: Switcher = {
      items: () => [],
      load: () => Promise.resolve(),
      others: () => [], hasOthers: () => true,
      dialog: () => ({ render: () => null }),
      close,
    }
    const global = { provide: { [SWITCHER as symbol]: () => Promise.resolve(switcher) }, stubs: { RouterLink: true } }
    const menu = mount(AppUserMenu, { attachTo: document.body, props, global })
    await flushPromises()
    const shown = menu.vm as unknown as { close: () => void }
    shown.close()
    await flushPromises()
    expect(close).toHaveBeenCalledOnce()
    expect(document.activeElement?.tagName).toBe('BUTTON')
    menu.unmount()
  })
})
