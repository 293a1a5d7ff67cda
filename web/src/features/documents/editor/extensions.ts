import type { Extensions } from '@tiptap/core'
import { TaskItem, TaskList } from '@tiptap/extension-list'
import Highlight from '@tiptap/extension-highlight'
import Mention, { type MentionOptions } from '@tiptap/extension-mention'
import { TableKit } from '@tiptap/extension-table'
import StarterKit from '@tiptap/starter-kit'
import { t } from '@/words/t'
import { file, picture, type Place } from './attach/nodes'
import { Callout, Deletion, Insertion, Modification } from './nodes'

/**
 * The number of the schema. Kinds of nodes and marks are only ever added, here and in the server's schema.json, and
 * each addition raises it: a page that does not know a kind would delete it from the document.
 */
export const SCHEMA = 1

function nameOfTask(node: { textContent: string }, checked: boolean): string {
  const name = node.textContent || t('Empty task')
  return checked ? t('{name}, done', { name }) : name
}

type Offer = Partial<MentionOptions['suggestion']>

/** What a document may be made of. Nothing puts a paragraph at its end by itself: who only reads changes nothing. */
export function schemaExtensions(place: Place = { id: '' }, offer: Offer = { allow: () => false }): Extensions {
  return [
    StarterKit.configure({
      undoRedo: false,
      trailingNode: false,
      dropcursor: { color: false, class: 'doc-drop', width: 2 },
      link: { openOnClick: false, defaultProtocol: 'https' },
    }),
    TaskList,
    TaskItem.configure({ nested: true, a11y: { checkboxLabel: nameOfTask } }),
    TableKit.configure({ table: { resizable: true, cellMinWidth: 80, lastColumnResizable: false } }),
    picture(place),
    Highlight,
    Mention.configure({
      HTMLAttributes: { class: 'mention' },
      renderText: ({ node }) => `@${node.attrs.label ?? node.attrs.id}`,
      suggestion: { char: '@', ...offer },
    }),
    Callout,
    file(place),
    Insertion,
    Deletion,
    Modification,
  ]
}
