import { vi } from 'vitest'

// What files that share a process start with: modules, a page and a store of their own.
vi.useRealTimers()
vi.unstubAllGlobals()
vi.restoreAllMocks()
vi.resetModules()
document.body.innerHTML = ''
document.head.innerHTML = ''
document.cookie.split(';').forEach((each) => { document.cookie = `${each.split('=')[0]}=; max-age=0` })
localStorage.clear()
sessionStorage.clear()
