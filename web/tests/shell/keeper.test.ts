import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Keeper, SHELL } from '@/worker/keeper'

const ORIGIN = 'https://app.example'
const pathOf = (request: Request | string) => new URL(typeof request === 'string' ? request : request.url, ORIGIN).pathname

/** A browser's caches, as far as they are used here. */
class Store {
  readonly all = new Map<string, Map<string, Response>>()
  open = async (name: string) => {
    if (!this.all.has(name)) this.all.set(name, new Map())
    const files = this.all.get(name)!
    return {
      match: async (path: string) => files.get(pathOf(path))?.clone(),
      put: async (path: string, answer: Response) => void files.set(pathOf(path), answer),
      delete: async (path: string) => files.delete(pathOf(path)),
    }
  }
  match = async (path: string) => [...this.all.values()].map((each) => each.get(pathOf(path))).find(Boolean)?.clone()
  has = async (name: string) => this.all.has(name)
  keys = async () => [...this.all.keys()]
  delete = async (name: string) => this.all.delete(name)
}

const shellOf = (script: string) => new Response('shell', {
  headers: { 'X-Kept-Files': `${script} /favicon.svg`, 'X-Kept-Opens': '^/documents$' },
})

let store: Store
let server: Record<string, () => Response | Promise<Response>>
let tabs: string[]
const update = vi.fn(async () => undefined)
const unregister = vi.fn(async () => true)
const asked: string[] = []

function keeperOf(digest: string) {
  const fetch = async (request: Request | string) => {
    asked.push(pathOf(request))
    const answer = server[pathOf(request)]
    if (!answer) throw new TypeError('no network')
    return answer()
  }
  const around = { caches: store as unknown as CacheStorage, fetch, tabs: async () => tabs, update, unregister }
  return new Keeper({ digest, files: [`/assets/${digest}.js`, `/assets/${digest}.css`] }, around)
}

function serve(digest: string) {
  const file = () => new Response(digest)
  server = {
    [`/assets/${digest}.js`]: file, [`/assets/${digest}.css`]: file, '/favicon.svg': file,
    [SHELL]: () => shellOf(`/assets/${digest}.js`),
  }
}

async function installed(digest = 'a') {
  serve(digest)
  const keeper = keeperOf(digest)
  await keeper.install()
  await keeper.activate()
  return keeper
}

const ask = (path: string) => new Request(ORIGIN + path)
const text = async (answer: Promise<Response>) => (await answer).text()

beforeEach(() => {
  store = new Store()
  tabs = []
  asked.length = 0
  update.mockClear()
  unregister.mockClear()
})
afterEach(() => vi.useRealTimers())

describe('what a worker keeps', () => {
  it('is a whole build with a shell that belongs to it, or nothing', async () => {
    await installed()
    expect([...store.all.get('ai-editor:a')!.keys()].sort()).toEqual(['/assets/a.css', '/assets/a.js', '/favicon.svg', SHELL])
    serve('b')
    server[SHELL] = () => shellOf('/assets/a.js')
    await expect(keeperOf('b').install()).rejects.toThrow(SHELL)
    delete server['/assets/b.css']
    await expect(keeperOf('b').install()).rejects.toThrow()
    expect(await store.keys()).toEqual(['ai-editor:a'])
  })

  it('stays for tabs of the build before, until they are gone', async () => {
    await installed('a')
    tabs = ['old']
    const keeper = await installed('b')
    tabs = ['old', 'new']
    await keeper.tidyUp()
    expect(await text(keeper.file(ask('/assets/a.js')))).toBe('a')
    tabs = ['new']
    await keeper.tidyUp()
    expect(await store.keys()).toEqual(['ai-editor:b'])
    await expect(keeper.file(ask('/assets/a.js'))).rejects.toThrow('no network')
  })

  it('grows by files of the build that were not thought of, and by no refusal', async () => {
    const keeper = await installed()
    server['/assets/more.js'] = () => new Response('more')
    server['/assets/gone.js'] = () => new Response('', { status: 404 })
    await keeper.file(ask('/assets/more.js'))
    await keeper.file(ask('/assets/gone.js'))
    server = {}
    expect(await text(keeper.file(ask('/assets/more.js')))).toBe('more')
    await expect(keeper.file(ask('/assets/gone.js'))).rejects.toThrow()
  })

  it('is not made anew once somebody has signed out', async () => {
    const keeper = await installed()
    server[SHELL] = async () => {
      await store.delete('ai-editor:a')
      return shellOf('/assets/a.js')
    }
    await keeper.tidyUp()
    server['/assets/more.js'] = () => new Response('more')
    await keeper.file(ask('/assets/more.js'))
    expect(await store.keys()).toEqual([])
  })
})

describe('a page', () => {
  it.each([['/documents', 200], ['/login', 200], ['/documents', 403], ['/login', 502]])('is the server’s: %s, %i', async (path, status) => {
    const keeper = await installed()
    server[path] = () => new Response('page', { status })
    expect(await text(keeper.open(ask(path)))).toBe('page')
  })

  it.each(['/documents', '/login'])('is the shell where there is no server: %s', async (path) => {
    expect(await text((await installed()).open(ask(path)))).toBe('shell')
  })

  it.each([502, 503, 504])('is the shell where a proxy has no server: %i', async (status) => {
    const keeper = await installed()
    server['/documents'] = () => new Response('sorry', { status })
    expect(await text(keeper.open(ask('/documents')))).toBe('shell')
  })

  it('is waited for only a little where it opens without the server, and as long as it takes elsewhere', async () => {
    vi.useFakeTimers()
    const keeper = await installed()
    let answer: (page: Response) => void = () => undefined
    server['/documents'] = () => new Promise(() => undefined)
    server['/login'] = () => new Promise((resolve) => { answer = resolve })
    const [documents, login] = [keeper.open(ask('/documents')), keeper.open(ask('/login'))]
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await text(documents)).toBe('shell')
    answer(new Response('sign in'))
    expect(await text(login)).toBe('sign in')
  })

  it('is the server’s alone where the shell was given up', async () => {
    const keeper = await installed()
    store.all.get('ai-editor:a')!.delete(SHELL)
    await expect(keeper.open(ask('/documents'))).rejects.toThrow('no network')
  })
})

describe('the shell', () => {
  it('is looked after once in a while', async () => {
    const keeper = await installed()
    asked.length = 0
    for (const at of [0, 1000, 599_000, 601_000]) await keeper.tidyUp(at)
    expect(asked.filter((path) => path === SHELL)).toHaveLength(2)
  })

  it('of another build has the browser look for its worker', async () => {
    const keeper = await installed()
    server[SHELL] = () => shellOf('/assets/b.js')
    await keeper.tidyUp()
    expect(update).toHaveBeenCalledOnce()
    expect((await store.match(SHELL))?.headers.get('X-Kept-Files')).toContain('a.js')
  })

  it.each([
    ['gone', () => new Response('', { status: 404 }), true],
    ['another program’s', () => new Response('<html>'), true],
    ['not there just now', () => new Response('', { status: 503 }), false],
    ['behind somebody else’s sign-in', () => Response.redirect(ORIGIN, 302), false],
  ])('that is %s', async (_name, answer, ends) => {
    const keeper = await installed()
    server[SHELL] = answer
    await keeper.tidyUp()
    expect(unregister).toHaveBeenCalledTimes(ends ? 1 : 0)
    expect(await store.keys()).toEqual(ends ? [] : ['ai-editor:a'])
  })
})

it('a picture of the app is the server’s, or the one that was kept', async () => {
  const keeper = await installed()
  expect(await text(keeper.picture(ask('/favicon.svg')))).toBe('a')
  server = {}
  expect(await text(keeper.picture(ask('/favicon.svg')))).toBe('a')
  await expect(keeper.picture(ask('/other.svg'))).rejects.toThrow('no network')
})
