import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const lock = JSON.parse(readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8'))
const packages = Object.entries<{ version: string, license?: string }>(lock.packages)
const ONCE = /(^|\/)(yjs|lib0|y-protocols|prosemirror-(model|state|view|transform)|@tiptap\/[\w-]+)$/
const found = packages.filter(([path]) => ONCE.test(path))

describe('what the editor stands on', () => {
  it('is there once: two of them would not know each other\'s nodes', () => {
    const names = found.map(([path]) => path.split('node_modules/').at(-1))
    expect(names.length).toBeGreaterThan(30)
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
  })

  it('has one version of all of Tiptap', () => {
    const tiptap = found.filter(([path]) => path.includes('@tiptap/') && !path.endsWith('y-tiptap'))
    expect(new Set(tiptap.map(([, { version }]) => version))).toEqual(new Set(['3.31.3']))
  })

  it('has a licence that leaves ours as it is', () => {
    expect(found.filter(([, { license }]) => license !== 'MIT').map(([path]) => path)).toEqual([])
  })
})
