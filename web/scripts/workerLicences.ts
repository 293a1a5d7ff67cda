import { appendFile, readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plugin } from 'vite'

/** The package that a module belongs to, as its folder; null for our own. */
const folderOf = (id: string) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? null

async function entryOf(folder: string) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const file = (await readdir(folder)).find((each) => /^licen[cs]e/i.test(each))
  return `\n## ${name} - ${version} (${license})\n\n${file ? await readFile(join(folder, file), 'utf8') : ''}`
}

/** Workers are built apart: Vite's list of licences, made for the pages, does not know what is in them. */
export function workerLicences() {
  const folders = new Set<string>()
  const collect: Plugin = {
    name: 'worker-licences:collect',
    moduleParsed({ id }) {
      const folder = folderOf(id)
      if (folder) folders.add(folder)
    },
  }
  const write: Plugin = {
    name: 'worker-licences',
    apply: 'build',
    async writeBundle({ dir }) {
      const entries = await Promise.all([...folders].sort().map(entryOf))
      await appendFile(join(dir ?? '', 'licenses.md'), entries.join(''))
    },
  }
  return { collect, write }
}
