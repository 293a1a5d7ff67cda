import { Editor, getSchema } from '@tiptap/core'
import Collaboration from '@tiptap/extension-collaboration'
import { DOMParser as Reader, DOMSerializer, Slice } from '@tiptap/pm/model'
import { Editor as VueEditor } from '@tiptap/vue-3'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs'
import { addressOf, elsewhere, sourceOf } from '@/features/documents/editor/attach/address'
import { addFiles, filesMeant, takePaste } from '@/features/documents/editor/attach/incoming'
import { sized } from '@/features/documents/editor/attach/picture'
import { placeFor } from '@/features/documents/editor/attach/place'
import { sizeIn } from '@/features/documents/editor/attach/size'
import { Uploads } from '@/features/documents/editor/attach/uploads'
import { schemaExtensions } from '@/features/documents/editor/extensions'
import { blocksOf } from '@/features/documents/editor/markdown'
import { cleanHtml } from '@/features/documents/editor/paste'

const HERE = window.location.origin
const ID = 'garden'
const OWN = `${HERE}/api/documents/garden/attachments/a1`
const OTHER = `${HERE}/api/documents/house/attachments/b2`
const DOT = 'data:image/png;base64,iVBORw0KGgo='
const schema = getSchema(schemaExtensions({ id: ID }))

function read(html: string, by = schema) {
  const body = document.createElement('div')
  body.innerHTML = cleanHtml(html, ID)
  return Reader.fromSchema(by).parse(body)
}

/** A node as it stands, without what it says of nothing. */
function short(html: string) {
  return read(html).toJSON().content.map(({ type, attrs, content }: {
    type: string, attrs?: Record<string, unknown>, content?: { text?: string, marks?: { type: string }[] }[]
  }) => [type, ...Object.values(attrs ?? {}).filter((each) => each !== null),
    ...(content ?? []).map((each) => (each.marks ?? []).map((mark) => mark.type).join() + ':' + (each.text ?? '?'))])
}

describe('addresses', () => {
  it.each([
    [OWN, 'attachment:a1'],
    ['/api/documents/garden/attachments/a1', 'attachment:a1'],
    [OTHER, 'fetch:/api/documents/house/attachments/b2'],
    [DOT, `fetch:${DOT}`],
    ['data:image/svg+xml;base64,AAAA', null],
    ['data:text/html;base64,AAAA', null],
    ['https://x.example/api/documents/garden/attachments/a1', null],
    ['/api/documents/garden', null],
    ['/api/documents/garden/attachments/a1/more', null],
    ['attachment:a1', null],
    ['fetch:https://x.example', null],
    ['javascript:alert(1)', null],
    ['', null],
    [null, null],
  ])('%s is what it is to the document', (address, wanted) => {
    expect(sourceOf(ID, address)).toBe(wanted)
  })

  it('leads from the text to the file, and from nothing else', () => {
    expect(addressOf(ID, 'attachment:a1')).toBe(OWN)
    expect(addressOf(ID, `fetch:${DOT}`)).toBe(null)
    expect(addressOf(ID, 'https://x.example/a.png')).toBe(null)
    expect(elsewhere('attachment:a1')).toBe(null)
  })
})

describe('HTML', () => {
  it.each([
    ['a picture of the document', `<img src="${OWN}" alt="Bean" width="30" height="20">`,
      [['image', 'attachment:a1', 'Bean', 30, 20]]],
    ['sizes that are none', `<img src="${OWN}" width="100%" height="999999">`, [['image', 'attachment:a1']]],
    ['a picture of another document', `<img src="${OTHER}">`, [['image', 'fetch:/api/documents/house/attachments/b2']]],
    ['a picture in the text', `<img src="${DOT}">`, [['image', `fetch:${DOT}`]]],
    ['a picture of elsewhere', '<p><img src="https://x.example/a.png" alt="Bean"></p>',
      [['paragraph', 'link:Bean']]],
    ['what is no attachment', '<p>a<img src="/api/avatar/1.webp"><img src="fetch:https://x.example/a"></p>',
      [['paragraph', ':a']]],
    ['a file', `<p><a href="${OWN}" download data-bytes="12" data-kind="application/pdf">plan.pdf</a></p>`,
      [['file', 'attachment:a1', 'plan.pdf', 12, 'application/pdf']]],
    ['a file as exports have it', `<p><a href="${OWN}" download>plan.pdf</a></p>`, [['file', 'attachment:a1', 'plan.pdf']]],
    ['a file of another document', `<p><a href="${OTHER}">plan.pdf</a></p>`,
      [['file', 'fetch:/api/documents/house/attachments/b2', 'plan.pdf']]],
    ['a link with words around it', `<p>see <a href="${OWN}">plan.pdf</a></p>`, [['paragraph', ':see ', 'link:plan.pdf']]],
  ])('is read as what it means: %s', (_name, html, wanted) => {
    expect(short(html)).toEqual(wanted)
  })

  it('is written so that the same and another document can read it', () => {
    const html = `<p>a</p><img src="${OWN}" alt="Bean" width="30" height="20">
      <p><a href="${OWN}" download data-bytes="12">plan.pdf</a></p>`
    const box = document.createElement('div')
    box.append(DOMSerializer.fromSchema(schema).serializeFragment(read(html).content))
    expect(read(box.innerHTML).eq(read(html))).toBe(true)
    expect(box.innerHTML).not.toContain('attachment:')
    expect(cleanHtml(box.innerHTML, 'house')).toContain(OWN)
  })
})

describe('Markdown', () => {
  it.each([
    [`![Bean](${OWN})`, 'image', 'attachment:a1'],
    [`![Bean](${OTHER})`, 'image', 'fetch:/api/documents/house/attachments/b2'],
    [`[plan.pdf](${OWN})`, 'file', 'attachment:a1'],
  ])('%s is an attachment', (text, type, src) => {
    const found = JSON.stringify(blocksOf(text, ID))
    expect(found).toContain(`"type":"${type}"`)
    expect(found).toContain(`"src":"${src}"`)
  })

  it.each(['![a](javascript:x)', '![a](file:///etc/passwd)', '![a](attachment:a1)'])('%s is nothing', (text) => {
    expect(JSON.stringify(blocksOf(text, ID))).not.toMatch(/image|link|src/)
  })
})

describe('sizes', () => {
  it.each([
    [0, '0 bytes', '0 Byte'], [999, '999 bytes', '999 Byte'], [1200, '1.2 kB', '1,2 kB'], [25_000_000, '25 MB', '25 MB'],
  ])('%d in words', (bytes, english, german) => {
    expect([sizeIn(bytes, 'en'), sizeIn(bytes, 'de')]).toEqual([english, german])
  })

  it.each([
    [600, 1000, { width: 600, height: 300 }],
    [900, 700, { width: 700, height: 350 }],
    [3, 700, { width: 48, height: 24 }],
  ])('of a picture keep what it shows: %d in %d', (wanted, room, size) => {
    expect(sized({ width: 200, height: 100 }, wanted, room)).toEqual(size)
  })
})

describe('places', () => {
  const image = schema.nodes.image!
  it.each([
    ['<p></p>', 1, 0], ['<p>ab</p>', 2, 4], ['<p>ab</p>', 3, 4], ['<p>ab</p>', 1, 0], ['<p>ab</p><p>cd</p>', 4, 4],
    ['<pre><code>ab</code></pre>', 2, 4],
    ['<ul><li><p>ab</p></li></ul>', 3, 6], ['<blockquote><p>ab</p></blockquote>', 4, 5],
    ['<p>ab</p>', 99, 4],
  ])('in %s at %d', (html, pos, wanted) => {
    const doc = read(html)
    expect(placeFor(doc, pos, image)).toBe(wanted)
  })
})

/** A server that answers when the test says so. */
class Request {
  static all: Request[] = []
  static refuse: { status: number, code: string } | null = null
  upload: { onprogress?: (event: { loaded: number, total: number }) => void } = {}
  status = 0
  response: unknown = null
  address = ''
  body: Blob | null = null
  aborted = false
  onload?: () => void
  onerror?: () => void
  onabort?: () => void

  constructor() { Request.all.push(this) }
  open(_method: string, address: string) { this.address = address }
  setRequestHeader() {}
  getResponseHeader() { return null }
  send(body: Blob) { this.body = body }

  abort() {
    this.aborted = true
    this.onabort?.()
  }

  answer(status: number, response: unknown) {
    this.status = status
    this.response = response
    this.onload?.()
  }

  picture(id: string) {
    this.answer(200, { id, name: 'a.png', type: 'image/webp', bytes: 9, width: 30, height: 20, url: '' })
  }
}

const editors: VueEditor[] = []
const flags = { connected: true }

function open(doc = new Doc()) {
  const editor = new VueEditor({
    element: document.createElement('div'),
    extensions: [
      ...schemaExtensions({ id: ID }), Collaboration.configure({ document: doc, field: 'default' }),
      Uploads.configure({ id: ID, connected: () => flags.connected }),
    ],
    editorProps: { transformPastedHTML: (html) => cleanHtml(html, ID) },
  })
  editors.push(editor)
  return { editor, doc }
}

const png = (name: string, type = 'image/png') => new File(['x'], name, { type })
const shapes = (editor: Editor) => editor.state.doc.content.content.map(({ type, attrs, textContent }) =>
  String(attrs.src ?? textContent ?? type.name))
const places = (editor: Editor) => [...editor.view.dom.querySelectorAll('.doc-upload')]
const settle = () => vi.waitFor(() => undefined).then(() => new Promise((resolve) => setTimeout(resolve)))

describe('uploads', () => {
  beforeEach(() => {
    Request.all = []
    flags.connected = true
    vi.stubGlobal('XMLHttpRequest', Request)
  })
  afterEach(() => {
    editors.splice(0).forEach((each) => each.destroy())
    vi.unstubAllGlobals()
  })

  it('stand in the text once the server has them, in their order, and others see nothing before', async () => {
    const { editor, doc } = open()
    editor.commands.insertContent('<p>one</p><p>two</p>')
    editor.commands.setTextSelection(3)
    const before = JSON.stringify(editor.getJSON())
    addFiles(editor, [png('a.png'), png('b.png'), png('plan.pdf', 'application/pdf')])
    await settle()
    expect(places(editor).map((each) => each.textContent)).toHaveLength(3)
    expect(JSON.stringify(editor.getJSON())).toBe(before)
    // What others write moves the place, and the text before it goes on.
    const other = new Doc()
    applyUpdate(other, encodeStateAsUpdate(doc))
    const { editor: theirs } = open(other)
    theirs.commands.insertContentAt(0, '<p>zero</p>')
    applyUpdate(doc, encodeStateAsUpdate(other), 'line')
    editor.commands.insertContentAt(editor.state.doc.content.size, '<p>three</p>')
    expect(places(editor)).toHaveLength(3)
    Request.all[0]!.picture('a1')
    await settle()
    Request.all[1]!.picture('a2')
    await settle()
    Request.all[2]!.answer(200, { id: 'a3', name: 'plan.pdf', type: 'application/pdf', bytes: 9, width: null, height: null })
    await settle()
    expect(shapes(editor)).toEqual(['zero', 'one', 'attachment:a1', 'attachment:a2', 'attachment:a3', 'two', 'three'])
    expect(places(editor)).toHaveLength(0)
    expect(editor.state.doc.child(2).attrs).toMatchObject({ width: 30, height: 20 })
    expect(editor.state.doc.child(4).attrs).toMatchObject({ name: 'plan.pdf', bytes: 9, kind: 'application/pdf' })
  })

  it('are one step each for undo, which brings back no place', async () => {
    const { editor } = open()
    editor.commands.insertContent('words')
    addFiles(editor, [png('a.png')])
    await settle()
    Request.all[0]!.picture('a1')
    await settle()
    expect(shapes(editor)).toEqual(['words', 'attachment:a1', ''])
    editor.commands.undo()
    expect(shapes(editor)).toEqual(['words'])
    expect(places(editor)).toHaveLength(0)
    editor.commands.redo()
    expect(shapes(editor)).toEqual(['words', 'attachment:a1', ''])
  })

  it('leave the cursor below them, where nobody has moved it', async () => {
    const { editor } = open()
    editor.commands.insertContent('words')
    addFiles(editor, [png('a.png')])
    await settle()
    Request.all[0]!.picture('a1')
    await settle()
    addFiles(editor, [png('b.png')])
    editor.commands.setTextSelection(2)
    await settle()
    Request.all[1]!.picture('a2')
    await settle()
    expect(shapes(editor)).toEqual(['words', 'attachment:a1', 'attachment:a2', ''])
    expect(editor.state.selection.from).toBe(2)
  })

  it('have one line below all that were added at once', async () => {
    const { editor } = open()
    editor.commands.insertContent('words')
    addFiles(editor, [png('a.png'), png('b.png')])
    for (const at of [0, 1]) {
      await settle()
      Request.all[at]!.picture(`a${at}`)
    }
    await settle()
    expect(shapes(editor)).toEqual(['words', 'attachment:a0', 'attachment:a1', ''])
    expect(editor.state.selection.$from.parent).toBe(editor.state.doc.lastChild)
  })

  it('say why they are refused, and go when they are told to', async () => {
    const { editor } = open()
    addFiles(editor, [png('a.png'), png('b.png'), png('c.png')])
    await settle()
    Request.all[0]!.answer(415, { code: 'PICTURE_NOT_READABLE', message: '' })
    await settle()
    Request.all[1]!.onerror!()
    await settle()
    const [first, second, third] = places(editor)
    expect(first!.querySelector('[role=alert]')).not.toBe(null)
    expect(first!.querySelectorAll('button')).toHaveLength(1)
    expect(second!.querySelectorAll('button')).toHaveLength(2)
    third!.querySelector('button')!.click()
    expect(Request.all[2]!.aborted).toBe(true)
    second!.querySelector('button')!.click()
    await settle()
    Request.all[3]!.picture('b')
    first!.querySelector('button')!.click()
    await settle()
    expect(shapes(editor)).toEqual(['attachment:b', ''])
    expect(places(editor)).toHaveLength(0)
  })

  it.each([
    ['too large', () => Object.defineProperty(png('a.png'), 'size', { value: 21 * 1024 * 1024 }), 1],
    ['offline', () => { flags.connected = false; return png('a.png') }, 0],
  ])('are not sent where it is no use: %s', async (_name, file, shown) => {
    const { editor } = open()
    addFiles(editor, [file()])
    await settle()
    expect(Request.all).toHaveLength(0)
    expect(places(editor)).toHaveLength(shown)
  })

  it('are not for readers, nor for those who have become one', async () => {
    const { editor } = open()
    addFiles(editor, [png('a.png')])
    await settle()
    editor.setEditable(false)
    Request.all[0]!.picture('a1')
    addFiles(editor, [png('b.png')])
    await settle()
    expect(shapes(editor)).toEqual([''])
    expect(places(editor)).toHaveLength(1)
  })

  it('end with the page', async () => {
    const { editor } = open()
    addFiles(editor, [png('a.png')])
    await settle()
    editor.destroy()
    expect(Request.all[0]!.aborted).toBe(true)
  })

  it('are made of what a pasted text has along', async () => {
    const { editor, doc } = open()
    const seen: string[] = []
    doc.on('update', () => seen.push(JSON.stringify(doc.getXmlFragment('default'))))
    vi.stubGlobal('fetch', async (address: string) => {
      expect(address).toBe('/api/documents/house/attachments/b2')
      return new Response(new Blob(['y']))
    })
    const html = `<p>one</p><img src="${DOT}" alt="Dot"><p>two</p><img src="${OTHER}" width="9" height="6">`
    const slice = new Slice(read(html, editor.schema).content, 0, 0)
    expect(takePaste(editor, new ClipboardEvent('paste'), slice)).toBe(true)
    await settle()
    expect(shapes(editor).slice(0, 2)).toEqual(['one', 'two'])
    expect(Request.all[0]!.address).toContain('name=Dot')
    expect([Request.all[0]!.body!.type, Request.all[0]!.body!.size]).toEqual(['image/png', 8])
    Request.all[0]!.picture('a1')
    await settle()
    Request.all[1]!.picture('a2')
    await settle()
    expect(shapes(editor).filter(Boolean)).toEqual(['one', 'attachment:a1', 'two', 'attachment:a2'])
    expect(editor.state.doc.child(1).attrs).toMatchObject({ alt: 'Dot', width: 30 })
    expect(editor.state.doc.child(3).attrs).toMatchObject({ width: 9, height: 6 })
    expect(seen.join()).not.toContain('fetch:')
  })
})

describe('what is meant by a clipboard', () => {
  function data(html: string, ...files: File[]) {
    return { getData: () => html, files, items: [] } as unknown as DataTransfer
  }

  it.each([
    ['a file', '', 1], ['a picture of a page', '<img src="https://x.example/a.png">', 1],
    ['a spreadsheet with its picture', '<table><tr><td>1</td></tr></table>', 0], ['a text with its picture', '<p>words</p>', 0],
    ['a picture of ours', `<img src="${OWN}">`, 0],
  ])('%s', (_name, html, count) => {
    expect(filesMeant(data(html, png('a.png')), new Slice(read(html || '<p></p>').content, 0, 0))).toHaveLength(count)
  })
})
