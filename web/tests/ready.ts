import { beforeAll } from 'vitest'

// The client takes the server that a file has put in place, before its first test.
beforeAll(async () => (await import('@/auth')).ready())
