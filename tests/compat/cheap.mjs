// A password costs better-auth 80 ms of processor. Where nobody else has to read its hashes, the cost is taken out
// of node:crypto's scrypt, and all else is left as it is.
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

const scrypt = crypto.scrypt
const CHEAP = { N: 2, r: 1 }

if (JSON.parse(process.env.COMPAT_REFERENCE).cheap) {
  crypto.scrypt = (password, salt, length, options, done) =>
    scrypt(password, salt, length, { ...options, ...CHEAP }, done)
  syncBuiltinESMExports()
}
