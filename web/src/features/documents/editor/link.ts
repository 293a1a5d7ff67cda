import type { Editor } from '@tiptap/core'

const SCHEME = /^[a-z][a-z0-9+.-]*:/i
const MAIL = /^[^\s@/]+@[^\s@/]+\.[^\s@/]+$/

/** What was typed, as an address that may be linked to; null where it is none. */
export function addressIn(typed: string): string | null {
  const text = typed.trim()
  if (!text || /\s/.test(text)) return null
  if (text.startsWith('/') || text.startsWith('#')) return text
  if (MAIL.test(text)) return `mailto:${text}`
  const known = /^(https?|mailto|tel):/i.test(text)
  if (!known && SCHEME.test(text) && !/^[^/]+\.[^/]+:\d+/.test(text)) return null
  const address = known ? text : `https://${text}`
  return URL.canParse(address) ? address : null
}

/** Makes a link of what is selected, or changes the one at the cursor; where neither is, the address is the text. */
export function setLink(editor: Editor, href: string): void {
  const { empty } = editor.state.selection
  if (!empty || editor.isActive('link')) {
    editor.chain().focus().extendMarkRange('link').setLink({ href }).run()
  } else {
    editor.chain().focus().insertContent({ type: 'text', text: href, marks: [{ type: 'link', attrs: { href } }] })
      .unsetMark('link').run()
  }
}
