import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const DIST = new URL('../dist/', import.meta.url)
const LIMIT = 110_000
const PAGES = [['login', 'auth'], ['register', 'auth'], ['index', 'default'], ['dashboard', 'default'],
  ['settings/security', 'settings', 'default']]

const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', DIST), 'utf8'))

/** The files that a set of entries needs before it can draw: itself, its static imports, their styles. */
function filesOf(keys, found = new Set()) {
  for (const key of keys) {
    const chunk = manifest[key]
    if (!chunk) throw new Error(`${key} is not in the manifest`)
    if (found.has(chunk.file)) continue
    found.add(chunk.file)
    chunk.css?.forEach((file) => found.add(file))
    filesOf(chunk.imports ?? [], found)
  }
  return found
}

const gzipped = (file) => gzipSync(readFileSync(new URL(file, DIST)), { level: 9 }).length

function report(page, ...layouts) {
  const files = [...filesOf(['src/main.ts', ...layouts.map((name) => `src/layouts/${name}.vue`), `src/pages/${page}.vue`])]
  const sizes = files.map((file) => ({ file, size: gzipped(file) })).sort((one, other) => other.size - one.size)
  const total = sizes.reduce((sum, { size }) => sum + size, 0)
  console.log(`/${page}: ${(total / 1000).toFixed(1)} kB of script and style, gzip`)
  if (page === 'login') sizes.forEach(({ file, size }) => console.log(`  ${String(size).padStart(6)}  ${file}`))
  return total
}

const [login = 0] = PAGES.map((page) => report(...page))
if (login > LIMIT) {
  console.error(`/login is over its limit of ${LIMIT / 1000} kB`)
  process.exitCode = 1
}
