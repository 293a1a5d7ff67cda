import type { Router } from 'vue-router'

const KEY = 'reloaded-for-bundle'
const SPARE = 10_000

/** After a new release the old page's chunks are gone: fetch the page that was wanted, once, instead of failing. */
export function reloadOnStaleBundle(router: Router): void {
  let wanted = ''
  router.beforeEach((to) => { wanted = router.resolve(to.fullPath).href })
  router.afterEach(() => { wanted = '' })
  window.addEventListener('vite:preloadError', (event) => {
    if (!navigator.onLine || Date.now() - Number(sessionStorage.getItem(KEY)) < SPARE) return
    sessionStorage.setItem(KEY, String(Date.now()))
    event.preventDefault()
    fetchAnew(wanted)
  })
}

/** Going to where one is already changes nothing where the address has a fragment. */
function fetchAnew(wanted: string): void {
  const address = new URL(wanted, window.location.href)
  if (!wanted || address.href === window.location.href) window.location.reload()
  else window.location.assign(address)
}
