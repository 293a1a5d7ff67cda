import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { reloadOnStaleBundle } from '@/shell/freshness'

const gone = () => {
  window.dispatchEvent(new Event('vite:preloadError', { cancelable: true }))
  return Promise.reject(new Error('404'))
}
const router = createRouter({
  history: createMemoryHistory(),
  routes: [{ path: '/', component: {} }, { path: '/settings/profile', component: gone }],
})
router.onError(() => {})
const place = { href: 'http://localhost:3000/', reload: vi.fn(), assign: vi.fn() }

describe('a page whose bundle is gone', () => {
  beforeEach(() => { vi.stubGlobal('location', place) })
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.clearAllMocks()
  })
  reloadOnStaleBundle(router)

  it('fetches the page that was wanted, and once', async () => {
    await router.push('/')
    await router.push('/settings/profile?a=b#c').catch(() => undefined)
    expect(place.assign.mock.calls.map(String)).toEqual(['http://localhost:3000/settings/profile?a=b#c'])
    await router.push('/settings/profile').catch(() => undefined)
    expect(place.assign).toHaveBeenCalledTimes(1)
    expect(place.reload).not.toHaveBeenCalled()
  })
})
