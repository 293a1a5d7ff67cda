import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Plugin, Rolldown } from 'vite'

const PLACE = '__BUILD__'
type Bundle = Rolldown.OutputBundle
type Chunk = Rolldown.OutputChunk

interface Page { name: string, feature: string, layout: string, offline?: boolean }

/** The sources that the pages begin with which open without a server, and the folders that are loaded whole. */
function wanted(root: string): { entries: string[], folders: string[] } {
  const pages = (JSON.parse(readFileSync(`${root}/pages.json`, 'utf8')) as Page[]).filter(({ offline }) => offline)
  const layouts = pages.map(({ layout }) => `src/shell/layouts/${layout}.vue`)
  const own = pages.map(({ feature, name }) => `src/features/${feature}/pages/${name}.vue`)
  return {
    entries: ['src/main.ts', 'src/client.ts', ...layouts, ...own].map((path) => `${root}/${path}`),
    folders: ['src/shell/', ...pages.map(({ feature }) => `src/features/${feature}/`), 'locales/'].map((path) => `${root}/${path}`),
  }
}

class Found {
  readonly files = new Set<string>()

  constructor(private readonly bundle: Bundle, private readonly folders: readonly string[]) {}

  /** A chunk with its styles and all that it imports; later, too, where it is of these folders. */
  add(chunk: Chunk): void {
    if (this.files.has(chunk.fileName)) return
    this.files.add(chunk.fileName)
    chunk.viteMetadata?.importedCss.forEach((file) => this.files.add(file))
    chunk.imports.forEach((file) => this.follow(file))
    if (!chunk.isEntry && this.isOurs(chunk)) chunk.dynamicImports.forEach((file) => this.follow(file))
  }

  private follow(file: string): void {
    const chunk = this.bundle[file]
    if (chunk?.type === 'chunk') this.add(chunk)
  }

  private isOurs({ moduleIds }: Chunk): boolean {
    return moduleIds.some((id) => this.folders.some((folder) => id.startsWith(folder)))
  }
}

function filesOf(bundle: Bundle, root: string): string[] {
  const { entries, folders } = wanted(root)
  const found = new Found(bundle, folders)
  for (const each of Object.values(bundle)) {
    const starts = each.type === 'chunk' && [...entries, `${root}/locales/`].some((path) => each.facadeModuleId?.startsWith(path))
    if (starts) found.add(each)
    if (each.type === 'asset' && each.fileName.endsWith('.woff2')) found.files.add(each.fileName)
  }
  return [...found.files].map((file) => `/${file}`).sort()
}

/** Writes into the worker which files of this very build it keeps. */
export function worker(root: string): Plugin {
  return {
    name: 'worker',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const chunk = bundle['sw.js']
        if (chunk?.type !== 'chunk') return
        if (chunk.imports.length > 0) this.error('the worker has to be one file')
        const files = filesOf(bundle, root)
        const digest = createHash('sha256').update(files.join()).digest('hex').slice(0, 12)
        chunk.code = chunk.code.replace(PLACE, () => JSON.stringify({ digest, files }))
      },
    },
  }
}
