import type { DropdownMenuItem } from '@nuxt/ui'
import type { Editor } from '@tiptap/core'
import { t } from '@/words/t'

/** What people call the languages that there are colours for. */
const NAMES: Record<string, string> = {
  bash: 'Bash', c: 'C', cpp: 'C++', csharp: 'C#', css: 'CSS', diff: 'Diff', dockerfile: 'Dockerfile', go: 'Go', html: 'HTML',
  ini: 'INI', java: 'Java', javascript: 'JavaScript', json: 'JSON', kotlin: 'Kotlin', markdown: 'Markdown', php: 'PHP',
  python: 'Python', ruby: 'Ruby', rust: 'Rust', sql: 'SQL', swift: 'Swift', typescript: 'TypeScript', yaml: 'YAML',
}

/** The language of the block where the cursor is, in words. */
export function languageIn(editor: Editor): string {
  const language = editor.getAttributes('codeBlock').language as string | null
  return language ? NAMES[language] ?? language : t('Plain text')
}

export function languageItems(editor: Editor): DropdownMenuItem[] {
  return [[null, t('Plain text')] as const, ...Object.entries(NAMES)].map(([language, label]) => ({
    label, onSelect: () => editor.chain().focus().updateAttributes('codeBlock', { language }).run(),
  }))
}
