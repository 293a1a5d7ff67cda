// The editor's half of the comparison: documents through the real y-prosemirror, over the schema that the server has.
// A line in is {do, state?, json?, updates?}, a line out {answer} or {error}.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

const require = createRequire(new URL('../../web/package.json', import.meta.url))
const Y = require('yjs')
const { Node, Schema } = require('@tiptap/pm/model')
const { initProseMirrorDoc, prosemirrorToYXmlFragment, updateYFragment } = require('@tiptap/y-tiptap')

const { nodes, marks } = JSON.parse(readFileSync(new URL('../../server/documents/schema.json', import.meta.url), 'utf8'))
const schema = new Schema({ nodes, marks })

function opened(state) {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, Buffer.from(state, 'base64'))
  return doc
}

const written = doc => Buffer.from(Y.encodeStateAsUpdate(doc)).toString('base64')
const node = json => {
  const made = Node.fromJSON(schema, json)
  made.check()
  return made
}

const acts = {
  // What an editor shows of a state, and whether showing it changed the state.
  read({ state }) {
    const doc = opened(state)
    const before = written(doc)
    const shown = initProseMirrorDoc(doc.getXmlFragment('default'), schema).doc
    shown.check()
    return { json: shown.toJSON(), changed: written(doc) !== before }
  },
  // What an editor makes of a new document.
  made({ json }) {
    const doc = new Y.Doc()
    prosemirrorToYXmlFragment(node(json), doc.getXmlFragment('default'))
    return written(doc)
  },
  // What an editor makes of a state when its document becomes another.
  edited({ state, json }) {
    const doc = opened(state)
    const fragment = doc.getXmlFragment('default')
    const { meta } = initProseMirrorDoc(fragment, schema)
    updateYFragment(doc, fragment, node(json), meta)
    return written(doc)
  },
  merged: ({ updates }) => Buffer.from(Y.mergeUpdates(updates.map(each => Buffer.from(each, 'base64')))).toString('base64'),
  marks: () => Object.keys(schema.marks),
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line)
  let said
  try {
    said = { answer: acts[asked.do](asked) }
  } catch (error) {
    said = { error: String(error.stack ?? error) }
  }
  process.stdout.write(JSON.stringify(said) + '\n')
}
