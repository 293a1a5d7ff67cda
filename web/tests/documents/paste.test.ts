import { Editor } from '@tiptap/core'
import { describe, expect, it } from 'vitest'
import { schemaExtensions } from '@/features/documents/editor/extensions'
import { blocksOf } from '@/features/documents/editor/markdown'
import { cleanHtml, looksLikeMarkdown } from '@/features/documents/editor/paste'

/** What the editor makes of HTML: names and texts. */
function shape(html: string): string {
  const editor = new Editor({ element: null, extensions: schemaExtensions(), content: cleanHtml(html) })
  return short(editor.getJSON())
}

interface Json {
  type?: string
  text?: string
  content?: Json[]
  marks?: { type: string }[]
  attrs?: Record<string, unknown>
}

function short({ type, text, content = [], marks = [], attrs }: Json): string {
  if (text !== undefined) return marks.length ? `${marks.map((mark) => mark.type).join('+')}:${text}` : text
  const kind = attrs?.kind ?? attrs?.level ?? attrs?.checked ?? attrs?.language
  return `${type}${kind === undefined || kind === null ? '' : `=${String(kind)}`}(${content.map(short).join(' ')})`
}

const WORD = `<html><head><style>p.Mso{color:red}</style></head><body lang=DE>
<h1>Plan<o:p></o:p></h1>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·&nbsp; </span>One<o:p></o:p></p>
<p class=MsoListParagraphCxSpMiddle style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>o </span>Deeper</p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>· </span>Two</p>
<p class=MsoNormal>Then</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>1. </span><b>First</b></p>
<!--[if gte mso 9]><xml>secret</xml><![endif]--></body></html>`

const GOOGLE = `<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1"><p><span style="font-weight:400">Plain </span>
<span style="font-weight:700">bold</span> <span style="font-style:italic">slanted</span></p><ul><li><p>Item</p></li></ul></b>`

describe('rich text of elsewhere', () => {
  it.each([
    ['Word', WORD, 'doc(heading=1(Plan) bulletList(listItem(paragraph(One) bulletList(listItem(paragraph(Deeper)))) '
      + 'listItem(paragraph(Two))) paragraph(Then) orderedList(listItem(paragraph(bold:First))))'],
    ['Google Docs', GOOGLE, 'doc(paragraph(Plain  bold:bold   italic:slanted) bulletList(listItem(paragraph(Item))))'],
    ['a page', '<p onclick="x()">a<script>b</script><a href="javascript:x">c</a></p><img src="https://x.example/p.png" alt="A cat">',
      'doc(paragraph(ac) paragraph(link:A cat))'],
    ['a drawing in the HTML', '<p>a</p><img src="data:image/svg+xml;base64,AAAA">', 'doc(paragraph(a))'],
  ])('is read as it is meant: %s', (_name, html, wanted) => {
    expect(shape(html).replace(/\s+/g, ' ')).toBe(wanted.replace(/\s+/g, ' '))
  })
})

describe('Markdown', () => {
  it.each([
    ['# Head\n\ntext', true], ['- one\n- two', true], ['1. one', true], ['> quote', true], ['```\ncode\n```', true],
    ['| a | b |\n|---|---|\n| 1 | 2 |', true], ['some **bold** text', true], ['see [there](https://x.example)', true],
    ['a plain sentence.', false], ['5 * 3 = 15', false], ['#hashtag', false], ['snake_case_name', false], ['-5 degrees', false],
  ])('is told from plain text: %j', (text, wanted) => {
    expect(looksLikeMarkdown(text)).toBe(wanted)
  })

  it.each([
    ['# Head\n\nSome **bold** and `code`.', 'heading=1(Head) paragraph(Some  bold:bold  and  code:code .)'],
    ['- [x] done\n- [ ] open', 'taskList(taskItem=true(paragraph(done)) taskItem=false(paragraph(open)))'],
    ['> [!WARNING]\n> Hot', 'callout=warning(paragraph(Hot))'],
    ['> said', 'blockquote(paragraph(said))'],
    ['```python\nx = 1\n```', 'codeBlock=python(x = 1)'],
    ['| a | b |\n|---|---|\n| 1 | 2 |', 'table(tableRow(tableHeader(paragraph(a)) tableHeader(paragraph(b))) '
      + 'tableRow(tableCell(paragraph(1)) tableCell(paragraph(2))))'],
  ])('is read as what it means: %j', (text, wanted) => {
    expect(blocksOf(text).map(short).join(' ').replace(/\s+/g, ' ')).toBe(wanted.replace(/\s+/g, ' '))
  })

  it('fetches no picture of elsewhere', () => {
    expect(blocksOf('![cat](https://x.example/cat.png)').map(short).join(' ')).toContain('link:cat')
  })
})
