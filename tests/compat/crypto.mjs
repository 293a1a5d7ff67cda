// better-auth's own encryption and tokens, and JavaScript's own JSON: each line on stdin is one question
// {do, …}, each line on stdout its answer, {error} where it throws.
import { createInterface } from 'node:readline'
import { signJWT, symmetricDecodeJWT, symmetricDecrypt, symmetricEncodeJWT, symmetricEncrypt, verifyJWT } from 'better-auth/crypto'

const { derivePurposeKey } = await import(new URL('./node_modules/better-auth/dist/crypto/purpose.mjs', import.meta.url))
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/

function key({ unversioned, versions, purpose }) {
  const plain = { keys: new Map(versions), currentVersion: versions[0]?.[0], legacySecret: unversioned || undefined }
  const found = versions.length ? plain : unversioned
  return purpose ? derivePurposeKey(found, purpose) : found
}

const ANSWERS = {
  encrypt: (asked) => symmetricEncrypt({ key: key(asked), data: asked.text }),
  decrypt: (asked) => symmetricDecrypt({ key: key(asked), data: asked.text }),
  seal: (asked) => symmetricEncodeJWT(asked.claims, key(asked), asked.salt, 60),
  open: (asked) => symmetricDecodeJWT(asked.text, key(asked), asked.salt),
  sign: (asked) => signJWT(asked.claims, asked.unversioned, 60),
  verify: (asked) => verifyJWT(asked.text, asked.unversioned),
  json: (asked) => JSON.stringify(JSON.parse(asked.text)),
  date: (asked) => (ISO.test(asked.text) ? new Date(asked.text).toJSON() : null),
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line)
  let answer
  try {
    answer = { answer: (await ANSWERS[asked.do](asked)) ?? null }
  } catch (error) {
    answer = { error: String(error) }
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
