import type { Editor } from '@tiptap/core'
import type { Component } from 'vue'
import { t, type Plain } from '@/words/t'
import IconBold from '~icons/lucide/bold'
import IconCode from '~icons/lucide/code'
import IconHeading1 from '~icons/lucide/heading-1'
import IconHeading2 from '~icons/lucide/heading-2'
import IconHeading3 from '~icons/lucide/heading-3'
import IconHighlight from '~icons/lucide/highlighter'
import IconNote from '~icons/lucide/info'
import IconTip from '~icons/lucide/lightbulb'
import IconImportant from '~icons/lucide/message-square-warning'
import IconCaution from '~icons/lucide/octagon-alert'
import IconItalic from '~icons/lucide/italic'
import IconList from '~icons/lucide/list'
import IconOrdered from '~icons/lucide/list-ordered'
import IconTasks from '~icons/lucide/list-todo'
import IconDivider from '~icons/lucide/minus'
import IconText from '~icons/lucide/pilcrow'
import IconCodeBlock from '~icons/lucide/square-code'
import IconQuote from '~icons/lucide/text-quote'
import IconStrike from '~icons/lucide/strikethrough'
import IconTable from '~icons/lucide/table'
import IconWarning from '~icons/lucide/triangle-alert'
import IconUnderline from '~icons/lucide/underline'
import IconPicture from '~icons/lucide/image'
import IconFile from '~icons/lucide/paperclip'
import { pick } from './attach/incoming'
import { type Kind, KINDS, NAMES } from './nodes'

/** Something that can be done to the text where the cursor is. */
export interface Action {
  name: string
  label: Plain
  icon: Component
  /** As Tiptap names keys: Mod is Ctrl, or Command at a Mac. */
  keys?: string
  /** What is typed at the start of a line to the same effect. */
  typed?: string
  /** Other words that people look for it by. */
  also?: Plain
  run: (editor: Editor) => void
  active?: (editor: Editor) => boolean
}

const focused = (editor: Editor) => editor.chain().focus()

const marks: readonly Action[] = [
  { name: 'bold', label: 'Bold', icon: IconBold, keys: 'Mod-B', typed: '**', run: (e) => focused(e).toggleBold().run() },
  { name: 'italic', label: 'Italic', icon: IconItalic, keys: 'Mod-I', typed: '*', run: (e) => focused(e).toggleItalic().run() },
  { name: 'underline', label: 'Underline', icon: IconUnderline, keys: 'Mod-U', run: (e) => focused(e).toggleUnderline().run() },
  { name: 'strike', label: 'Strikethrough', icon: IconStrike, keys: 'Mod-Shift-S', typed: '~~',
    run: (e) => focused(e).toggleStrike().run() },
  { name: 'code', label: 'Code', icon: IconCode, keys: 'Mod-E', typed: '`', run: (e) => focused(e).toggleCode().run() },
  { name: 'highlight', label: 'Highlight', icon: IconHighlight, keys: 'Mod-Shift-H', typed: '==',
    run: (e) => focused(e).toggleHighlight().run() },
]

export const MARKS: readonly Action[] = marks.map((each) => (
  { ...each, active: (editor) => editor.isActive(each.name) }))

function heading(level: 1 | 2 | 3, icon: Component, label: Plain): Action {
  return {
    name: `heading-${level}`, label, icon, keys: `Mod-Alt-${level}`, typed: '#'.repeat(level),
    run: (editor) => focused(editor).toggleHeading({ level }).run(),
    active: (editor) => editor.isActive('heading', { level }),
  }
}

export const TURNS: readonly Action[] = [
  { name: 'paragraph', label: 'Text', icon: IconText, keys: 'Mod-Alt-0', run: (e) => focused(e).clearNodes().run(),
    active: (e) => e.isActive('paragraph') },
  heading(1, IconHeading1, 'Heading 1'),
  heading(2, IconHeading2, 'Heading 2'),
  heading(3, IconHeading3, 'Heading 3'),
]

export const LISTS: readonly Action[] = [
  { name: 'bulletList', label: 'Bulleted list', icon: IconList, keys: 'Mod-Shift-8', typed: '-',
    run: (e) => focused(e).toggleBulletList().run(), active: (e) => e.isActive('bulletList') },
  { name: 'orderedList', label: 'Numbered list', icon: IconOrdered, keys: 'Mod-Shift-7', typed: '1.',
    run: (e) => focused(e).toggleOrderedList().run(), active: (e) => e.isActive('orderedList') },
  { name: 'taskList', label: 'Tasks', icon: IconTasks, keys: 'Mod-Shift-9', typed: '[ ]', also: 'Checklist',
    run: (e) => focused(e).toggleTaskList().run(), active: (e) => e.isActive('taskList') },
]

const CALLOUTS: Record<Kind, Component> = {
  note: IconNote, tip: IconTip, important: IconImportant, warning: IconWarning, caution: IconCaution,
}

function callout(kind: Kind): Action {
  return {
    name: kind, label: NAMES[kind], icon: CALLOUTS[kind], also: 'Callout',
    run: (editor) => focused(editor).toggleCallout(kind).run(),
    active: (editor) => editor.isActive('callout', { kind }),
  }
}

export const BLOCKS: readonly Action[] = [
  { name: 'image', label: 'Picture', icon: IconPicture, also: 'Photo', run: (e) => void pick(e, true) },
  { name: 'file', label: 'File', icon: IconFile, also: 'Attachment', run: (e) => void pick(e, false) },
  { name: 'blockquote', label: 'Quote', icon: IconQuote, keys: 'Mod-Shift-B', typed: '>',
    run: (e) => focused(e).toggleBlockquote().run(), active: (e) => e.isActive('blockquote') },
  { name: 'codeBlock', label: 'Code block', icon: IconCodeBlock, keys: 'Mod-Alt-C', typed: '```',
    run: (e) => focused(e).toggleCodeBlock().run(), active: (e) => e.isActive('codeBlock') },
  ...KINDS.map(callout),
  { name: 'table', label: 'Table', icon: IconTable,
    run: (e) => focused(e).insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run() },
  { name: 'horizontalRule', label: 'Divider', icon: IconDivider, typed: '---', run: (e) => focused(e).setHorizontalRule().run() },
]

const MAC = /Mac|iPhone|iPad/.test(navigator.platform)

/** Keys as people read them on their keyboard. */
export function keysOf(keys: string): string {
  const names: Record<string, string> = MAC
    ? { Mod: '⌘', Alt: '⌥', Shift: '⇧' }
    : { Mod: t('Ctrl'), Alt: t('Alt'), Shift: t('Shift') }
  return keys.split('-').map((key) => names[key] ?? key).join(MAC ? '' : '+')
}

/** What to call an action where it is only a picture. */
export function titleOf({ label, keys }: Pick<Action, 'label' | 'keys'>): string {
  return keys ? `${t(label)} (${keysOf(keys)})` : t(label)
}
