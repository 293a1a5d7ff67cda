const KEY = 'reloaded-for-bundle'
const SPARE = 10_000

/** After a new release the old page's chunks are gone: fetch the page again, once, instead of failing. */
export function reloadOnStaleBundle(): void {
  window.addEventListener('vite:preloadError', (event) => {
    if (!navigator.onLine || Date.now() - Number(sessionStorage.getItem(KEY)) < SPARE) return
    sessionStorage.setItem(KEY, String(Date.now()))
    event.preventDefault()
    window.location.reload()
  })
}
