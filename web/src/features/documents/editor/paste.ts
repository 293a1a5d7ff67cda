import type { Editor } from '@tiptap/core'
import type { Transaction } from '@tiptap/pm/state'
import { sourceOf } from './attach/address'
import { type Lifted, lift } from './attach/lift'

const BULLET = /^\s*(?:[·•o§▪‣–-]|\u00b7|\uf0b7|\uf0a7)\s*/
const NUMBER = /^\s*(?:\(?\d+[.)]|\(?[a-z]{1,3}[.)])\s*/i

/** What a browser or a word processor put in that nobody wrote. */
function dropNoise(body: HTMLElement): void {
  body.querySelectorAll('script, style, meta, link, title, xml, iframe, object, svg, [style*="mso-hide:all"]')
    .forEach((each) => each.remove())
  const comments = body.ownerDocument.createTreeWalker(body, 128)
  const found: Node[] = []
  while (comments.nextNode()) found.push(comments.currentNode)
  found.forEach((each) => (each as ChildNode).remove())
  body.querySelectorAll('*').forEach((each) => { if (each.tagName.includes(':')) each.replaceWith(...each.childNodes) })
}

/** Google Docs puts all of it into a <b> that is not bold. */
function unwrapGoogle(body: HTMLElement): void {
  body.querySelectorAll<HTMLElement>('b[id^="docs-internal-guid"], b[style*="font-weight:normal"]')
    .forEach((each) => each.replaceWith(...each.childNodes))
}

interface Item { element: HTMLElement, level: number, ordered: boolean }

function itemOf(element: HTMLElement): Item | null {
  const style = element.getAttribute('style') ?? ''
  const level = /mso-list:\s*l\d+\s+level(\d+)/.exec(style)?.[1]
  if (!level && !/MsoListParagraph/.test(element.className)) return null
  const marker = element.querySelector('[style*="mso-list:Ignore"], [style*="mso-list: Ignore"]')
  const text = marker?.textContent ?? element.textContent ?? ''
  marker?.remove()
  return { element, level: Number(level ?? 1), ordered: NUMBER.test(text) && !BULLET.test(text) }
}

/** Word's lists are paragraphs that look like lists: each run of them becomes one. */
function makeLists(body: HTMLElement): void {
  let stack: { list: HTMLElement, level: number, ordered: boolean }[] = []
  let last: Element | null = null
  for (const element of [...body.querySelectorAll<HTMLElement>('p')]) {
    const item = itemOf(element)
    if (!item) continue
    if (!last || element.previousElementSibling !== last) stack = []
    stack = stack.filter(({ level }) => level <= item.level)
    const top = stack.at(-1)
    if (!top || top.level < item.level || top.ordered !== item.ordered) {
      const list = body.ownerDocument.createElement(item.ordered ? 'ol' : 'ul')
      const host = top && top.level < item.level ? top.list.lastElementChild : null
      if (host) host.append(list)
      else element.before(list)
      stack = [...stack.filter(({ level }) => level < item.level), { list, level: item.level, ordered: item.ordered }]
    }
    const line = body.ownerDocument.createElement('li')
    const paragraph = body.ownerDocument.createElement('p')
    paragraph.append(...element.childNodes)
    line.append(paragraph)
    stack.at(-1)!.list.append(line)
    element.remove()
    last = stack[0]!.list
  }
}

/**
 * Pictures of elsewhere are not fetched: each would tell somebody else who reads the document. Their address stays.
 * Those that are in the text itself, or in a document of ours, are added to this one.
 */
function linkPictures(body: HTMLElement, documentId: string): void {
  body.querySelectorAll('img').forEach((image) => {
    const source = image.getAttribute('src') ?? ''
    if (sourceOf(documentId, source)) return
    const text = image.alt || source
    if (!/^https?:/i.test(source)) return image.remove()
    const link = body.ownerDocument.createElement('a')
    link.href = source
    link.textContent = text
    image.replaceWith(link)
  })
}

/** HTML of the usual sources as the schema can read it; what it does not know the schema itself drops. */
export function cleanHtml(html: string, documentId = ''): string {
  const { body } = new DOMParser().parseFromString(html, 'text/html')
  makeLists(body)
  dropNoise(body)
  unwrapGoogle(body)
  linkPictures(body, documentId)
  return body.innerHTML
}

const BLOCKS = /^(#{1,6} \S|>|[-*+] \S|\d+[.)] \S|```|~~~|\|.*\|\s*$|(-{3,}|\*{3,}|_{3,})\s*$)/m
const INLINE = /(\*\*|__)\S[^\n]*\S\1|\[[^\]\n]+\]\([^)\s]+\)|`[^`\n]+`/

/** Whether a plain text is meant as Markdown. */
export function looksLikeMarkdown(text: string): boolean {
  return BLOCKS.test(text) || INLINE.test(text)
}

/** Puts Markdown in as what it means; what reads it is fetched with the first that is pasted. */
export async function pasteMarkdown(
  editor: Editor, text: string, documentId: string, bring: (found: Lifted[]) => void,
): Promise<void> {
  const { blocksOf } = await import('./markdown')
  if (editor.isDestroyed) return
  let found: Lifted[] = []
  const take = ({ tr }: { tr: Transaction }) => {
    found = lift(tr)
    return true
  }
  editor.chain().focus().insertContent(blocksOf(text, documentId)).command(take).run()
  bring(found)
}
