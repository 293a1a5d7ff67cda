// better-auth as it comes from npm, on PostgreSQL: one HTTP server per option set, all in this process.
// COMPAT_REFERENCE holds {migrate, cheap, apps: [{name, databaseURL, options, plugins, mails, redis}]}; each line on stdout is
// one JSON event.
import './cheap.mjs'
import './elsewhere.mjs'
import { createServer } from 'node:http'
import pg from 'pg'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { toNodeHandler } from 'better-auth/node'
import { pluginsOf } from './plugins.mjs'

const { migrate, apps } = JSON.parse(process.env.COMPAT_REFERENCE)
const say = (event) => process.stdout.write(`${JSON.stringify(event)}\n`)
const pools = new Map()

function poolOf(databaseURL) {
  if (!pools.has(databaseURL)) {
    const pool = new pg.Pool({ connectionString: databaseURL, max: 5, idleTimeoutMillis: 2000 })
    pool.on('error', () => {})
    pools.set(databaseURL, pool)
  }
  return pools.get(databaseURL)
}

// Which option each captured mail hangs on.
const PLACES = {
  reset: ['emailAndPassword', 'sendResetPassword'],
  verification: ['emailVerification', 'sendVerificationEmail'],
  changeEmail: ['user', 'changeEmail', 'sendChangeEmailConfirmation'],
  deleteAccount: ['user', 'deleteUser', 'sendDeleteAccountVerification'],
}

function capture(options, app, kind) {
  const path = [...PLACES[kind]]
  const last = path.pop()
  const place = path.reduce((node, key) => (node[key] ??= {}), options)
  place[last] = async ({ user, url, token, newEmail }) => {
    say({ event: 'mail', app, kind, to: user.email, url, token, ...(newEmail ? { newEmail } : {}) })
  }
}

async function storageOf([path, db]) {
  const [{ Redis }, { redisStorage }] = await Promise.all([import('ioredis'), import('@better-auth/redis-storage')])
  return redisStorage({ client: new Redis({ path, db }) })
}

async function build({ name, databaseURL, options, plugins, mails = [], redis }) {
  const logger = { level: 'error', disabled: !process.env.COMPAT_LOG }
  const all = { ...options, database: poolOf(databaseURL), logger }
  if (redis) all.secondaryStorage = await storageOf(redis)
  for (const kind of mails) capture(all, name, kind)
  return betterAuth({ ...all, plugins: await pluginsOf(plugins, (mail) => say({ event: 'mail', app: name, ...mail })) })
}

async function listen({ name }, auth) {
  const server = createServer(toNodeHandler(auth))
  server.keepAliveTimeout = 1
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  say({ event: 'listening', app: name, port: server.address().port })
}

// The option set with most tables speaks for all that share its database.
async function bringUp(built) {
  const widest = built.find(([app]) => app.options.rateLimit?.storage === 'database') ?? built[0]
  const plan = await getMigrations(widest[1].options)
  const { toBeCreated, toBeAdded, toBeAddedIndexes, unsafeChanges, schemaProblems } = plan
  say({ event: 'schema', missing: { toBeCreated, toBeAdded, toBeAddedIndexes, unsafeChanges, schemaProblems } })
  if (migrate) await plan.runMigrations()
}

const built = []
for (const app of apps) built.push([app, await build(app)])
for (const databaseURL of pools.keys()) await bringUp(built.filter(([app]) => app.databaseURL === databaseURL))
for (const [app, auth] of built) await listen(app, auth)
say({ event: 'ready' })
process.on('SIGTERM', () => process.exit(0))
process.stdin.on('end', () => process.exit(0)).resume()
