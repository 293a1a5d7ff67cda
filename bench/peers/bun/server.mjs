// One Bun process with Bun's own HTTP server.
import { auth, port } from '../node/auth.mjs'

Bun.serve({ hostname: '127.0.0.1', port, fetch: auth.handler })
