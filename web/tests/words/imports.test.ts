import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { refusal } from '../../scripts/places.js'
import pages from '../../pages.json'

const SRC = join(import.meta.dirname, '../../src')
const TESTS = join(SRC, '../tests')
const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(ts|vue)$/.test(name))
const IMPORT = /(?:\bfrom|\bimport\(?)\s*'((?:@\/|\.)[^']*)'/g
/** Entered by the tools, and by pages.json: router.ts finds them by their names. */
const ENTRIES = ['main.ts', 'styles/theme.ts', ...readdirSync(join(SRC, 'stubs')).map((name) => `stubs/${name}`), 'form/strengthWorker.ts', 'worker/sw.ts']
const SHOWN = /^features\/\w+\/pages\/.*\.vue$|^features\/\w+\/\w+(Card|Field|Way|Proof)\.vue$|^shell\/layouts\/\w+\.vue$/

function fileOf(source: string, importer: string): string | undefined {
  const path = source.startsWith('@/') ? source.slice(2) : relative(SRC, join(SRC, dirname(importer), source))
  return [path, `${path}.ts`, `${path}/index.ts`].find((name) => FILES.includes(name))
}

const read = (file: string) => readFileSync(join(SRC, file), 'utf8')
const importsOf = (file: string) => [...read(file).matchAll(IMPORT)].flatMap(([, source = '']) => fileOf(source, file) ?? [])
const graph = new Map(FILES.map((file) => [file, importsOf(file)]))

/** A way that leads back to where it began, of types and of imports that are made later, too. */
function cycleFrom(file: string, way: string[] = [], done = new Set<string>()): string[] | null {
  if (way.includes(file)) return [...way.slice(way.indexOf(file)), file]
  if (done.has(file)) return null
  done.add(file)
  for (const next of graph.get(file) ?? []) {
    const found = cycleFrom(next, [...way, file], done)
    if (found) return found
  }
  return null
}

describe('imports', () => {
  it('are found', () => {
    expect(graph.get('App.vue')).toContain('session/useSessionGuard.ts')
    expect(graph.get('features/index.ts')).toContain('features/user/index.ts')
    expect(graph.get('shell/layouts/settings.vue')).toContain('shell/AppReauthentication.vue')
  })

  it('never go in a circle', () => {
    expect(FILES.map((file) => cycleFrom(file)).filter(Boolean)).toEqual([])
  })

  it('leave no file out', () => {
    const imported = new Set([...graph.values()].flat())
    expect(FILES.filter((file) => !imported.has(file) && !ENTRIES.includes(file) && !SHOWN.test(file))).toEqual([])
  })

  it('leave no export out', () => {
    const tests = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
    const texts = [...FILES.map((file) => join(SRC, file)), ...tests.map((file) => join(TESTS, file))]
      .map((path) => [path, readFileSync(path, 'utf8')] as const)
    const exported = texts.filter(([path]) => !path.includes('/stubs/')).flatMap(([path, text]) =>
      [...text.matchAll(/^export (?:async )?(?:const|function|interface|type) (\w+)/gm)].map(([, name = '']) => [path, name] as const))
    expect(exported.length).toBeGreaterThan(80)
    expect(exported.filter(([path, name]) =>
      !texts.some(([other, text]) => other !== path && new RegExp(`\\b${name}\\b`).test(text)))).toEqual([])
  })

  it('leave no page, card, field, way and layout out', () => {
    const named = pages.flatMap(({ feature, name, layout, cards, fields, ways }) => [
      ...[...(cards ?? [`${feature}/pages/${name}`]), ...(fields ?? []), ...(ways ?? [])].map((each) => `features/${each}.vue`),
      ...layout.split('/').map((each) => `shell/layouts/${each}.vue`),
    ])
    expect(FILES.filter((file) => SHOWN.test(file) && !named.includes(file))).toEqual([
      ...FILES.filter((file) => file.endsWith('Proof.vue')), 'features/shell/pages/not-found.vue',
    ])
  })
})

describe('places', () => {
  it.each([
    ['features/user/x.ts', 'features/avatar/crop'],
    ['features/user/x.ts', 'features'],
    ['shell/x.ts', 'features/user/farewell'],
    ['session/x.ts', 'features/feature'],
    ['form/x.ts', 'shell/title'],
    ['session/x.ts', 'form/focus'],
    ['words/x.ts', 'session/redirect'],
    ['features/user/x.ts', 'router'],
  ])('%s may not import %s', (file, target) => { expect(refusal(file, target)).toBeTruthy() })

  it.each([
    ['features/user/x.ts', 'features/user/farewell'],
    ['features/user/index.ts', 'features/feature'],
    ['features/index.ts', 'features/user'],
    ['features/user/x.ts', 'shell/title'],
    ['shell/x.ts', 'form/focus'],
    ['form/x.ts', 'ask'],
    ['router.ts', 'features'],
    ['main.ts', 'router'],
  ])('%s may import %s', (file, target) => { expect(refusal(file, target)).toBeNull() })
})
