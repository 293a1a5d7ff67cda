import type { LanguageFn } from 'highlight.js'
import { createLowlight } from 'lowlight'

const lowlight = createLowlight()

type Load = () => Promise<{ default: LanguageFn }>

const LOADERS: Record<string, Load> = {
  bash: () => import('highlight.js/lib/languages/bash'),
  c: () => import('highlight.js/lib/languages/c'),
  cpp: () => import('highlight.js/lib/languages/cpp'),
  csharp: () => import('highlight.js/lib/languages/csharp'),
  css: () => import('highlight.js/lib/languages/css'),
  diff: () => import('highlight.js/lib/languages/diff'),
  dockerfile: () => import('highlight.js/lib/languages/dockerfile'),
  go: () => import('highlight.js/lib/languages/go'),
  ini: () => import('highlight.js/lib/languages/ini'),
  java: () => import('highlight.js/lib/languages/java'),
  javascript: () => import('highlight.js/lib/languages/javascript'),
  json: () => import('highlight.js/lib/languages/json'),
  kotlin: () => import('highlight.js/lib/languages/kotlin'),
  markdown: () => import('highlight.js/lib/languages/markdown'),
  php: () => import('highlight.js/lib/languages/php'),
  python: () => import('highlight.js/lib/languages/python'),
  ruby: () => import('highlight.js/lib/languages/ruby'),
  rust: () => import('highlight.js/lib/languages/rust'),
  sql: () => import('highlight.js/lib/languages/sql'),
  swift: () => import('highlight.js/lib/languages/swift'),
  typescript: () => import('highlight.js/lib/languages/typescript'),
  xml: () => import('highlight.js/lib/languages/xml'),
  yaml: () => import('highlight.js/lib/languages/yaml'),
}

const ALIASES: Record<string, string> = {
  'c#': 'csharp', 'c++': 'cpp', cs: 'csharp', html: 'xml', js: 'javascript', jsx: 'javascript', kt: 'kotlin', md: 'markdown',
  py: 'python', rb: 'ruby', rs: 'rust', sh: 'bash', shell: 'bash', svg: 'xml', toml: 'ini', ts: 'typescript',
  tsx: 'typescript', yml: 'yaml', zsh: 'bash',
}

const nameOf = (language: string) => ALIASES[language.toLowerCase()] ?? language.toLowerCase()

/** Fetches those of the languages that are not there yet; whether there is one more now. */
export async function learn(languages: readonly (string | null)[]): Promise<boolean> {
  const names = new Set(languages.flatMap((each) => each ? [nameOf(each)] : []))
  const fresh = [...names].filter((name) => LOADERS[name] && !lowlight.registered(name))
  await Promise.all(fresh.map(async (name) => lowlight.register(name, (await LOADERS[name]!()).default)))
  return fresh.length > 0
}

interface Leaf { type: string, value?: string, children?: Leaf[], properties?: { className?: string[] } }
interface Span { from: number, to: number, class: string }

function walk(nodes: readonly Leaf[], classes: readonly string[], at: number, found: Span[]): number {
  let from = at
  for (const node of nodes) {
    const own = [...classes, ...node.properties?.className ?? []]
    if (node.children) {
      from = walk(node.children, own, from, found)
    } else {
      const to = from + (node.value?.length ?? 0)
      if (own.length) found.push({ from, to, class: own.join(' ') })
      from = to
    }
  }
  return from
}

/** Where what stands in a text of this language; null where the language is not there. */
export function coloured(language: string, text: string): Span[] | null {
  const name = nameOf(language)
  if (!lowlight.registered(name)) return null
  const found: Span[] = []
  walk(lowlight.highlight(name, text).children as Leaf[], [], 0, found)
  return found
}
