import { disableAutoUnmount } from '@vue/test-utils'
import { vi } from 'vitest'

// What files that share a process start with: modules, a page at an address and a store of their own.
vi.useRealTimers()
vi.unstubAllGlobals()
vi.restoreAllMocks()
vi.resetModules()
disableAutoUnmount()
history.replaceState(null, '', '/')
document.body.innerHTML = ''
document.head.innerHTML = ''
document.cookie.split(';').forEach((each) => { document.cookie = `${each.split('=')[0]}=; max-age=0` })
localStorage.clear()
sessionStorage.clear()
