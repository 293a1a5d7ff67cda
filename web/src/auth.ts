type Client = typeof import('@/client').client

let client: Client | undefined

/** The client's own code is no part of what a page needs before it is drawn: it is loaded once, soon afterwards. */
export async function ready(): Promise<void> {
  client ??= (await import('@/client')).client
}

/** What stands at a path of the client. */
function found(path: readonly string[]): unknown {
  return path.reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], client)
}

async function call(path: readonly string[], args: unknown[]): Promise<unknown> {
  await ready()
  return (found(path) as (...args: unknown[]) => unknown)(...args)
}

/** A part of the client; a call of it waits until the client is there. */
function partAt(path: readonly string[]): unknown {
  return new Proxy(() => undefined, {
    get: (_target, name) => client ? found([...path, String(name)]) : partAt([...path, String(name)]),
    apply: (_target, _this, args: unknown[]) => call(path, args),
  })
}

/** The client of the authentication API: its requests at any time, all else of it once it is `ready`. */
export const auth = partAt([]) as Client

/** A session and whose it is, as get-session answers. */
export type Who = Client['$Infer']['Session']
export type User = Who['user']
export type Session = Who['session']
