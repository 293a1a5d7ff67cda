import { Extension } from '@tiptap/core'
import { PluginKey } from '@tiptap/pm/state'
import { Suggestion, type SuggestionOptions, type SuggestionProps } from '@tiptap/suggestion'
import { type Component, shallowRef } from 'vue'
import { t } from '@/words/t'
import { BLOCKS, LISTS, TURNS, type Action } from './actions'

export interface Choice { id: string, label: string, hint?: string, icon?: Component, run?: Action['run'] }

/** A list beside the cursor, to choose from while typing goes on. */
export interface Picking {
  title: string
  choices: Choice[]
  at: number
  rect: DOMRect | null
  choose: (choice: Choice) => void
}

const ACTIONS = [...TURNS, ...LISTS, ...BLOCKS]

function matching(query: string): Choice[] {
  const wanted = query.toLocaleLowerCase()
  return ACTIONS
    .filter(({ label, also, name }) =>
      [t(label), also ? t(also) : '', name].some((each) => each.toLocaleLowerCase().includes(wanted)))
    .map(({ name, label, icon, typed, run }) => ({ id: name, label: t(label), hint: typed, icon, run }))
}

type Options = Pick<SuggestionOptions<Choice>, 'render'>

/** What is open of it just now, and the way Tiptap tells of it. */
export function usePicking() {
  const picking = shallowRef<Picking | null>(null)

  function draw(title: string) {
    const show = (props: SuggestionProps<Choice>, at: number) => {
      picking.value = {
        title, choices: props.items, at: Math.min(at, Math.max(0, props.items.length - 1)),
        rect: props.clientRect?.() ?? null, choose: props.command,
      }
    }
    return {
      onStart: (props: SuggestionProps<Choice>) => show(props, 0),
      onUpdate: (props: SuggestionProps<Choice>) => show(props, picking.value?.at ?? 0),
      onExit: () => { picking.value = null },
      onKeyDown: ({ event }: { event: KeyboardEvent }) => press(event),
    }
  }

  function press({ key, isComposing }: KeyboardEvent): boolean {
    const now = picking.value
    if (!now || isComposing || !now.choices.length) return false
    if (key === 'ArrowDown' || key === 'ArrowUp') {
      const by = key === 'ArrowDown' ? 1 : -1
      picking.value = { ...now, at: (now.at + by + now.choices.length) % now.choices.length }
      return true
    }
    if (key !== 'Enter' && key !== 'Tab') return false
    now.choose(now.choices[now.at]!)
    return true
  }

  return { picking, draw }
}

/** What a "/" offers. */
export function slashMenu(render: Options['render']) {
  return Extension.create({
    name: 'slashMenu',
    addProseMirrorPlugins() {
      return [Suggestion<Choice, Choice>({
        pluginKey: new PluginKey('slash'),
        editor: this.editor,
        char: '/',
        allow: ({ state, range }) => state.doc.resolve(range.from).parent.type.name !== 'codeBlock',
        items: ({ query }) => matching(query),
        command: ({ editor, range, props }) => {
          editor.chain().focus().deleteRange(range).run()
          props.run?.(editor)
        },
        render,
      })]
    },
  })
}

/** What an "@" offers: the people of the document. */
export function mentionMenu(people: () => Promise<Choice[]>, render: Options['render']) {
  return {
    pluginKey: new PluginKey('mention'),
    items: async ({ query }: { query: string }) => (await people())
      .filter(({ label }) => label.toLocaleLowerCase().includes(query.toLocaleLowerCase())).slice(0, 8),
    render,
  }
}
