import { type Build, Keeper } from './keeper'

// The worker of the pages' origin, see docs/decisions/0043-without-a-server.md. It is one file, and its name never
// changes; which files there are is written into it by scripts/worker.ts.
declare const __BUILD__: Build

/** Of a worker's surroundings what is needed here: the types of pages know none. */
interface Extendable extends Event { waitUntil: (work: Promise<unknown>) => void }
interface Asked extends Extendable {
  request: Request
  /** The page that comes of it, if it is one. */
  resultingClientId: string
  respondWith: (answer: Promise<Response>) => void
}
interface Scope {
  addEventListener: ((type: 'install' | 'activate', listener: (event: Extendable) => void) => void)
    & ((type: 'fetch', listener: (event: Asked) => void) => void)
  clients: {
    matchAll: (wanted: object) => Promise<{ id: string }[]>
    /** Waits for a page that is only coming. */
    get: (id: string) => Promise<unknown>
    claim: () => Promise<void>
  }
  registration: ServiceWorkerRegistration
  skipWaiting: () => Promise<void>
  location: Location
}

const scope = globalThis as unknown as Scope
const ROOT_PICTURE = /^\/[^/]+\.\w+$/

const keeper = new Keeper(__BUILD__, {
  caches,
  fetch: (request, options) => fetch(request, options),
  tabs: async () => (await scope.clients.matchAll({ type: 'window', includeUncontrolled: true })).map(({ id }) => id),
  update: () => scope.registration.update(),
  unregister: () => scope.registration.unregister(),
})

/** How a request is answered here; null where it goes its way as if there was no worker: all of the API does. */
function answerTo(request: Request): Promise<Response> | null {
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== scope.location.origin || pathname.startsWith('/api/')) return null
  if (request.mode === 'navigate') return keeper.open(request)
  if (pathname.startsWith('/assets/')) return keeper.file(request)
  return request.destination === 'image' && ROOT_PICTURE.test(pathname) ? keeper.picture(request) : null
}

scope.addEventListener('install', (event) => {
  // The newest build takes over at once: an older one could delete from a document what it does not know.
  event.waitUntil(keeper.install().then(() => scope.skipWaiting()))
})
scope.addEventListener('activate', (event) => {
  event.waitUntil(keeper.activate().then(() => scope.clients.claim()))
})
scope.addEventListener('fetch', (event) => {
  const answer = answerTo(event.request)
  if (!answer) return
  event.respondWith(answer)
  if (event.request.mode === 'navigate') event.waitUntil(answer.then(() => tidyUp(event), () => undefined))
})

/** Until the page is there, the one before it in its tab is open still. */
async function tidyUp({ resultingClientId }: Asked): Promise<void> {
  await scope.clients.get(resultingClientId)
  await keeper.tidyUp()
}
