import { getSchema } from '@tiptap/core'
import type { MarkType, NodeType } from '@tiptap/pm/model'
import { describe, expect, it } from 'vitest'
import server from '../../../server/documents/schema.json'
import { SCHEMA, schemaExtensions } from '@/features/documents/editor/extensions'

interface Known {
  content?: string
  group?: string
  inline?: boolean
  marks?: string
  excludes?: string
  attrs?: object
}

const schema = getSchema(schemaExtensions())
const attrsOf = (attrs: object | undefined) => Object.fromEntries(
  Object.entries(attrs ?? {}).map(([name, { default: value }]) => [name, value]))

const ours = ({ spec }: NodeType | MarkType) => ({
  content: 'content' in spec ? spec.content || undefined : undefined,
  group: spec.group as string | undefined,
  inline: 'inline' in spec && spec.inline ? true : undefined,
  marks: 'marks' in spec ? spec.marks as string | undefined : undefined,
  excludes: 'excludes' in spec ? spec.excludes as string | undefined : undefined,
  attrs: attrsOf(spec.attrs),
})

const theirs = ({ content, group, inline, marks, excludes, attrs }: Known) => ({
  content, group, inline: inline || undefined, marks, excludes, attrs: attrsOf(attrs),
})

function shape<T>(known: Record<string, T>, as: (each: T) => object): Record<string, object> {
  return Object.fromEntries(Object.entries(known).map(([name, each]) => [name, as(each)]))
}

describe('the schema', () => {
  it('is the server\'s: a kind that one of them does not know would be lost', () => {
    expect(SCHEMA).toBe(server.schema)
    expect(shape(schema.nodes, ours)).toEqual(shape(server.nodes as Record<string, Known>, theirs))
    expect(shape(schema.marks, ours)).toEqual(shape(server.marks as Record<string, Known>, theirs))
  })
})
