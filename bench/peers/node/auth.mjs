// better-auth with its own defaults, its rate limit off, and its cookie cache as BENCH_COOKIE_CACHE says.
import pg from 'pg'
import { betterAuth } from 'better-auth'

const { BENCH_DATABASE, BENCH_PORT, BENCH_SECRET, BENCH_COOKIE_CACHE, BENCH_POOL } = process.env

export const port = Number(BENCH_PORT)
export const auth = betterAuth({
  baseURL: `http://127.0.0.1:${port}`,
  secret: BENCH_SECRET,
  database: new pg.Pool({ connectionString: BENCH_DATABASE, max: Number(BENCH_POOL) }),
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  session: { cookieCache: { enabled: BENCH_COOKIE_CACHE === 'yes' } },
  logger: { level: 'error' },
})
