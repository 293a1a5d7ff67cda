import { Editor } from '@tiptap/core'
import { afterEach, describe, expect, it } from 'vitest'
import { schemaExtensions } from '@/features/documents/editor/extensions'
import { endSearch, Find, placesOf, replaceAll, replaceOne, search, standOf, step } from '@/features/documents/editor/find'
import { overviewOf } from '@/features/documents/editor/outline'

let editor: Editor
function open(content: string) {
  editor = new Editor({ element: document.createElement('div'), extensions: [...schemaExtensions(), Find], content })
  editor.commands.setTextSelection(1)
  return editor
}
const find = (text: string, exact = false) => search(editor.view, { text, exact })
const lines = () => editor.state.doc.textBetween(0, editor.state.doc.content.size, '|')
const stand = () => standOf(editor.state)
afterEach(() => editor.destroy())

const TEXT = '<p>One fish, two <strong>fi</strong>sh</p><ul><li><p>Red FISH</p></li></ul><p>fi</p><p>sh</p>'

describe('finding', () => {
  it('counts all places, over marks and not over blocks, and goes round', () => {
    open(TEXT)
    find('fish')
    expect(stand()).toEqual({ count: 3, number: 1 })
    step(editor.view, 1)
    step(editor.view, 1)
    expect(stand().number).toBe(3)
    step(editor.view, 1)
    expect(stand().number).toBe(1)
    step(editor.view, -1)
    expect(stand().number).toBe(3)
    find('FISH', true)
    expect(stand()).toEqual({ count: 1, number: 1 })
    find('nowhere')
    expect(stand()).toEqual({ count: 0, number: 0 })
    step(editor.view, 1)
  })

  it('knows where a picture and a mention stand', () => {
    open('<p>a <span data-type="mention" data-id="u" data-label="Ada">x</span> word</p>')
    const [hit] = placesOf(editor.state.doc, { text: 'word', exact: false })
    expect(editor.state.doc.textBetween(hit!.from, hit!.to)).toBe('word')
  })

  it('replaces one, then all, and leaves no mark behind', () => {
    open(TEXT)
    find('fish')
    replaceOne(editor.view, 'fishes')
    expect([lines(), stand().number]).toEqual(['One fishes, two fish|Red FISH|fi|sh', 2])
    find('fish')
    expect(replaceAll(editor.view, 'bird')).toBe(3)
    expect(lines()).toBe('One birdes, two bird|Red bird|fi|sh')
    expect(stand().count).toBe(0)
    endSearch(editor.view)
    expect(editor.getHTML()).not.toContain('doc-hit')
  })

  it('follows the text while somebody writes', () => {
    open(TEXT)
    find('fish')
    editor.commands.insertContentAt(1, 'A fish. ')
    expect(stand()).toEqual({ count: 4, number: 2 })
  })
})

describe('the overview', () => {
  it('has the headings and counts words as people do', () => {
    open('<h1>A plan</h1><p>Don’t stop: it’s 3 words.</p><h3></h3><h2>Then <em>this</em></h2><ul><li><p>日本語です</p></li></ul>')
    const { headings, words } = overviewOf(editor.state.doc)
    expect(headings.map(({ level, text }) => [level, text])).toEqual([[1, 'A plan'], [2, 'Then this']])
    expect(words).toBeGreaterThan(8)
  })
})
