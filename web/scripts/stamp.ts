import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { Plugin } from 'vite'

const OUTSIDE = new Set(['node_modules', 'dist', 'tests', 'coverage', '__pycache__'])
const NO_SOURCE = /^\.|\.(md|py|tsbuildinfo|log)$/

const sha256 = (content: string | Buffer) => createHash('sha256').update(content)

/** Every file that may have a say in the bundle, in the order of tools/bundle.py, which reads the stamp. */
function* sources(folder: string): Generator<string> {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const each of entries) {
    if (!each.isDirectory() && !NO_SOURCE.test(each.name)) yield join(folder, each.name)
  }
  for (const each of entries) {
    const inside = each.isDirectory() && !OUTSIDE.has(each.name) && !each.name.startsWith('.')
    if (inside) yield* sources(join(folder, each.name))
  }
}

function digest(web: string): string {
  const total = createHash('sha256')
  for (const file of sources(web)) {
    total.update(`${relative(web, file).split(sep).join('/')}\0`).update(sha256(readFileSync(file)).digest())
  }
  return total.digest('hex')
}

/** Writes into the bundle of which sources it is, so that `make` builds none that is there, whoever built it. */
export function stamp(web: string): Plugin {
  let before = ''
  let outDir = ''
  return {
    name: 'stamp',
    apply: 'build',
    configResolved(config) {
      outDir = config.build.outDir
    },
    buildStart() {
      before = digest(web)
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      handler(error) {
        if (!error) writeFileSync(join(outDir, '.sources'), before)
      },
    },
  }
}
