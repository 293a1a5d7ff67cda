import { getSchema } from '@tiptap/core'
import { describe, expect, it } from 'vitest'
import { SCHEMA, schemaExtensions } from '@/features/documents/editor/extensions'
// What the server reads and writes documents by.
import server from '../../../server/documents/schema.json'

interface Spec { attrs?: Record<string, { default?: unknown }>, [key: string]: unknown }

const WHERE = ['content', 'group', 'inline', 'atom', 'marks', 'code', 'defining', 'isolating', 'excludes', 'inclusive']
const schema = getSchema(schemaExtensions())

/** What decides where a kind may stand, what may stand in it, and what it is where nobody says. */
function shape(spec: Spec): object {
  const attrs = Object.entries(spec.attrs ?? {}).map(([name, { default: value }]) => [name, value])
  const said = WHERE.filter((key) => spec[key] !== undefined).map((key) => [key, spec[key]])
  return { ...Object.fromEntries(said), attrs: Object.fromEntries(attrs) }
}

function shapes(specs: Iterable<[string, Spec]>): [string, object][] {
  return [...specs].map(([name, spec]) => [name, shape(spec)])
}

function ours(kinds: Record<string, { spec: Spec }>): [string, object][] {
  return shapes(Object.entries(kinds).map(([name, { spec }]) => [name, spec]))
}

describe('the schema', () => {
  it('has the number that the server has: a new kind raises both', () => {
    expect(SCHEMA).toBe(server.schema)
  })

  it('has the nodes that the server has', () => {
    const theirs = shapes(Object.entries(server.nodes as Record<string, Spec>))
    expect(Object.fromEntries(ours(schema.nodes))).toEqual(Object.fromEntries(theirs))
  })

  it('has the marks that the server has, in the order in which they are written', () => {
    expect(ours(schema.marks)).toEqual(shapes(Object.entries(server.marks as Record<string, Spec>)))
  })
})
