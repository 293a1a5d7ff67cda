import { beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import type { Who } from '@/auth'

const DAY = 86_400_000
const whoOf = (id: string, days = 7) => ({
  user: { id, name: id, email: `${id}@example.com` },
  session: {
    id: 's', userId: id, token: 'secret', ipAddress: '192.0.2.1', createdAt: new Date(0), updatedAt: new Date(0),
    expiresAt: new Date(days * DAY),
  },
}) as unknown as Who

async function load() {
  const { useSession } = await import('@/session/useSession')
  const device = await import('@/shell/device')
  return { ...useSession(), ...device }
}

const kept = () => localStorage.getItem('draft:person')

describe('who is known on this device', () => {
  beforeEach(() => {
    vi.resetModules()
    localStorage.clear()
  })

  it('is whoever is signed in, without what would sign somebody in', async () => {
    const { start, followPerson } = await load()
    await start(whoOf('ada'))
    followPerson()
    expect(JSON.parse(kept()!)).toMatchObject({ user: { id: 'ada' }, session: { id: 's' } })
    expect(kept()).not.toMatch(/secret|192/)
  })

  it('is nobody once the session has ended, and somebody else after them', async () => {
    const { start, stop, followPerson } = await load()
    await start(whoOf('ada'))
    followPerson()
    stop()
    await nextTick()
    expect(kept()).toBeNull()
    await start(whoOf('bob'))
    await nextTick()
    expect(JSON.parse(kept()!).user.id).toBe('bob')
  })

  it('is nobody who did not want to stay signed in', async () => {
    localStorage.setItem('draft:person', '{}')
    const { start, followPerson } = await load()
    await start(whoOf('ada', 1))
    followPerson()
    expect(kept()).toBeNull()
  })

  it('is forgotten with the worker and its caches, and with them alone', async () => {
    const unregister = vi.fn()
    const names = ['ai-editor:a', 'another app’s']
    const drop = vi.fn()
    vi.stubGlobal('navigator', { serviceWorker: { getRegistrations: async () => [{ unregister }] } })
    vi.stubGlobal('caches', { keys: async () => names, delete: drop })
    localStorage.setItem('draft:person', '{}')
    await (await load()).retireWorker()
    expect(kept()).toBeNull()
    expect(unregister).toHaveBeenCalledOnce()
    expect(drop.mock.calls).toEqual([['ai-editor:a']])
    vi.unstubAllGlobals()
  })

  it('is nothing that a browser without workers minds', async () => {
    const { retireWorker, forgetShell } = await load()
    await expect(retireWorker()).resolves.toBeUndefined()
    await expect(forgetShell()).resolves.toBeUndefined()
  })
})
