// better-auth as it comes from npm, on PostgreSQL: one HTTP server per option set, all in this process.
// COMPAT_REFERENCE holds {databaseURL, migrate, apps: [{name, options, mails}]}; each line on stdout is one JSON event.
import { createServer } from 'node:http'
import pg from 'pg'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { toNodeHandler } from 'better-auth/node'

const { databaseURL, migrate, apps } = JSON.parse(process.env.COMPAT_REFERENCE)
const say = (event) => process.stdout.write(`${JSON.stringify(event)}\n`)
const pool = new pg.Pool({ connectionString: databaseURL, max: 8 })
pool.on('error', () => {})

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

function build({ name, options, mails = [] }) {
  const all = { ...options, database: pool, logger: { level: 'error', disabled: !process.env.COMPAT_LOG } }
  for (const kind of mails) capture(all, name, kind)
  return betterAuth(all)
}

async function listen({ name }, auth) {
  const server = createServer(toNodeHandler(auth))
  server.keepAliveTimeout = 1
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  say({ event: 'listening', app: name, port: server.address().port })
}

const built = apps.map((app) => [app, build(app)])
// The option set with most tables speaks for all: they share the database.
const widest = built.find(([app]) => app.options.rateLimit?.storage === 'database') ?? built[0]
const plan = await getMigrations(widest[1].options)
const { toBeCreated, toBeAdded, toBeAddedIndexes, unsafeChanges, schemaProblems } = plan
say({ event: 'schema', missing: { toBeCreated, toBeAdded, toBeAddedIndexes, unsafeChanges, schemaProblems } })
if (migrate) await plan.runMigrations()
for (const [app, auth] of built) await listen(app, auth)
say({ event: 'ready' })
process.on('SIGTERM', () => process.exit(0))
process.stdin.on('end', () => process.exit(0)).resume()
