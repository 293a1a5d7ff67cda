import { getSchema } from '@tiptap/core'
import { describe, expect, it } from 'vitest'
import { SCHEMA, schemaExtensions } from '@/features/documents/editor/extensions'

const NODES = [
  'blockquote', 'bulletList', 'callout', 'codeBlock', 'doc', 'hardBreak', 'heading', 'horizontalRule', 'image', 'listItem',
  'mention', 'orderedList', 'paragraph', 'table', 'tableCell', 'tableHeader', 'tableRow', 'taskItem', 'taskList', 'text',
]
const MARKS = ['bold', 'code', 'deletion', 'highlight', 'insertion', 'italic', 'link', 'modification', 'strike', 'underline']

const schema = getSchema(schemaExtensions())

describe('the schema', () => {
  it('has these nodes and marks: a new one raises its number', () => {
    expect([SCHEMA, Object.keys(schema.nodes).sort(), Object.keys(schema.marks).sort()]).toEqual([1, NODES, MARKS])
  })
})
