/** What was built: every build has other names for its files, and so another digest. */
export interface Build { digest: string, files: readonly string[] }

/** What a worker has around it. */
interface Around {
  caches: CacheStorage
  fetch: (request: Request | string, options?: RequestInit) => Promise<Response>
  /** The tabs that are open, by their ids, which a reload changes. */
  tabs: () => Promise<string[]>
  /** Looks for a newer worker. */
  update: () => Promise<unknown>
  unregister: () => Promise<unknown>
}

/** What begins so is a worker's: a cache for each build. See shell/device.ts, which deletes them. */
export const PREFIX = 'ai-editor:'
/** The one page that is kept: the app without anybody's data, see handlers/shell/kept.py. */
export const SHELL = '/offline'
const OLD_TABS = '/old-tabs'
/** What the shell needs, the app's own script first; other addresses than a build knows are another build's. */
const NEEDS = 'X-Kept-Files'
/** Which pages open without a server; all others are told that they do not. */
const OPENS = 'X-Kept-Opens'

const PATIENCE = 4000
const FRESH = 600_000
/** What a proxy answers whose server is not there; 520 and so on are those of a well-known one. */
const AWAY = [502, 503, 504, 520, 521, 522, 523, 524]

const isOurs = (answer: Response) => answer.ok && answer.headers.has(NEEDS)
const isGone = (answer: Response) => [404, 410].includes(answer.status) || (answer.ok && !isOurs(answer))

/** Keeps one build of the app on this device, and nothing that is anybody's. */
export class Keeper {
  private readonly name: string
  private looked = -Infinity
  private opened: Cache | undefined

  constructor(private readonly build: Build, private readonly around: Around) {
    this.name = PREFIX + build.digest
  }

  /** All of the build or none of it: a server that is of another one meanwhile ends it. */
  async install(): Promise<void> {
    this.opened = await this.around.caches.open(this.name)
    try {
      await Promise.all([...this.build.files.map((path) => this.fetchInto(path)), this.keepShell(true)])
    } catch (error) {
      await this.around.caches.delete(this.name)
      throw error
    }
  }

  /** Tabs of the build before go on with the files that they know, which the server has no more. */
  async activate(): Promise<void> {
    if ((await this.others()).length === 0) return
    await (await this.cache())?.put(OLD_TABS, Response.json(await this.around.tabs()))
    await this.tidy()
  }

  /** A page: the server's, unless it is away, or takes long where the page opens without it. */
  async open(request: Request): Promise<Response> {
    const network = this.around.fetch(request)
    network.catch(() => undefined)
    const shell = await this.shell()
    if (!shell) return network
    if (!opensIn(shell, request)) return network.catch(() => shell)
    const answer = await Promise.race([network.catch(() => null), after(PATIENCE)])
    return answer && !AWAY.includes(answer.status) ? answer : shell
  }

  /** A file of a build, which never changes. */
  async file(request: Request): Promise<Response> {
    const kept = await this.around.caches.match(request.url, { ignoreVary: true })
    if (kept) return kept
    const answer = await this.around.fetch(request)
    if (answer.ok) await this.add(request.url, answer.clone())
    return answer
  }

  /** A picture that stands for the app, which may change. */
  async picture(request: Request): Promise<Response> {
    try {
      return await this.around.fetch(request)
    } catch (error) {
      const kept = await this.around.caches.match(request.url, { ignoreVary: true })
      if (kept) return kept
      throw error
    }
  }

  /** What has time until a page is there: settings and language of the shell may be others by now. */
  async tidyUp(now = Date.now()): Promise<void> {
    await this.tidy()
    if (now - this.looked < FRESH || !await this.cache()) return
    this.looked = now
    await this.keepShell(false).catch(() => undefined)
  }

  /** Nothing is left of it. */
  async end(): Promise<void> {
    const names = (await this.around.caches.keys()).filter((name) => name.startsWith(PREFIX))
    await Promise.all(names.map((name) => this.around.caches.delete(name)))
    await this.around.unregister()
  }

  /** Whoever signs out deletes it: what is opened by then is nobody's any more, and nothing makes it anew. */
  private async cache(): Promise<Cache | undefined> {
    if (!this.opened && await this.around.caches.has(this.name)) this.opened = await this.around.caches.open(this.name)
    return this.opened
  }

  private async shell(): Promise<Response | undefined> {
    return (await this.cache())?.match(SHELL, { ignoreVary: true })
  }

  private async add(path: string, answer: Response): Promise<void> {
    await (await this.cache())?.put(path, answer)
  }

  private async fetchInto(path: string): Promise<void> {
    const kept = await this.around.caches.match(path, { ignoreVary: true })
    const answer = kept ?? await this.around.fetch(path)
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
    await this.add(path, answer)
  }

  /** A server that has no such page, or is another program by now, has no use for the worker. */
  private async keepShell(first: boolean): Promise<void> {
    const answer = await this.around.fetch(SHELL, { cache: 'no-cache', redirect: 'manual' })
    if (!first && isGone(answer)) return this.end()
    const needs = answer.headers.get(NEEDS)?.split(' ') ?? []
    const fits = isOurs(answer) && this.build.files.includes(needs[0] ?? '')
    if (first && !fits) throw new Error(`${SHELL}: ${answer.status}`)
    if (!fits) return void await (isOurs(answer) && this.around.update())
    await this.add(SHELL, answer)
    await Promise.all(needs.slice(1).map((path) => this.fetchInto(path).catch(() => undefined)))
  }

  private async others(): Promise<string[]> {
    return (await this.around.caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== this.name)
  }

  private async tidy(): Promise<void> {
    const others = await this.others()
    const cache = await this.cache()
    if (others.length === 0 || !cache) return
    const old = await (await cache.match(OLD_TABS))?.json() as string[] | undefined ?? []
    const open = await this.around.tabs()
    if (old.some((id) => open.includes(id))) return
    await Promise.all(others.map((name) => this.around.caches.delete(name)))
    await cache.delete(OLD_TABS)
  }
}

function opensIn(shell: Response, request: Request): boolean {
  return new RegExp(shell.headers.get(OPENS) ?? '^$').test(new URL(request.url).pathname)
}

function after(milliseconds: number): Promise<null> {
  return new Promise((resolve) => { setTimeout(resolve, milliseconds, null) })
}
