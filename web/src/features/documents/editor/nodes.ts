import { Mark, mergeAttributes, Node } from '@tiptap/core'
import { t, type Plain } from '@/words/t'

export const KINDS = ['note', 'tip', 'important', 'warning', 'caution'] as const
export type Kind = typeof KINDS[number]

export const NAMES: Record<Kind, Plain> = {
  note: 'Note', tip: 'Tip', important: 'Important', warning: 'Warning', caution: 'Caution',
}

declare module '@tiptap/core' {
  interface Commands<ReturnType> {
    callout: {
      /** Puts what is selected into a callout, changes the kind of the one around it, or takes it away. */
      toggleCallout: (kind: Kind) => ReturnType
    }
  }
}

function kindOf(element: HTMLElement): Kind {
  const kind = element.getAttribute('data-callout')
  return KINDS.find((each) => each === kind) ?? 'note'
}

/** Its name is written above it: a colour alone says nothing to some. */
function lookOf({ kind }: Record<string, unknown>): Record<string, string> {
  const label = t(NAMES[kind as Kind] ?? NAMES.note)
  return { 'data-callout': String(kind), 'data-label': label, 'aria-label': label }
}

/** What stands out of the text: a note, a tip, a warning. */
export const Callout = Node.create({
  name: 'callout',
  group: 'block',
  content: 'block+',
  defining: true,

  addAttributes() {
    return {
      kind: { default: 'note', parseHTML: kindOf, renderHTML: lookOf },
    }
  },

  parseHTML: () => [{ tag: 'div[data-callout]' }, { tag: 'aside[data-callout]' }],

  renderHTML: ({ HTMLAttributes }) => ['div', mergeAttributes(HTMLAttributes, { class: 'callout', role: 'note' }), 0],

  addCommands() {
    return {
      toggleCallout: (kind) => ({ commands, editor }) => {
        if (editor.isActive('callout', { kind })) return commands.lift('callout')
        if (editor.isActive('callout')) return commands.updateAttributes('callout', { kind })
        return commands.wrapIn('callout', { kind })
      },
    }
  },

  addKeyboardShortcuts() {
    return {
      // At the start of its first line: out of it, as out of a quote.
      Backspace: ({ editor }) => {
        const { $from, empty } = editor.state.selection
        const first = empty && $from.parentOffset === 0 && $from.depth > 1 && $from.index(-1) === 0
        return first && $from.node(-1).type.name === 'callout' && editor.commands.lift('callout')
      },
    }
  },
})

/** What is proposed of a text: shown wherever it comes from, and offered nowhere yet. */
function proposed(name: string, tag: string) {
  return Mark.create({
    name,
    inclusive: false,
    parseHTML: () => [{ tag: `${tag}[data-proposed]` }],
    renderHTML: ({ HTMLAttributes }) => [tag, mergeAttributes(HTMLAttributes, { 'data-proposed': '' }), 0],
  })
}

export const Insertion = proposed('insertion', 'ins')
export const Deletion = proposed('deletion', 'del')
export const Modification = proposed('modification', 'span')
