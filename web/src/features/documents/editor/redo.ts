import { Extension } from '@tiptap/core'
import { Plugin } from '@tiptap/pm/state'
import { yUndoPluginKey } from '@tiptap/y-tiptap'

/**
 * Whenever a plugin joins or leaves, that of undo ends and begins anew, and forgets that what it takes back is to be
 * remembered: nothing could be done again.
 */
export const Redo = Extension.create({
  name: 'redo',
  addProseMirrorPlugins: () => [new Plugin({
    view({ state }) {
      const manager = yUndoPluginKey.getState(state)?.undoManager
      manager?.trackedOrigins.add(manager)
      return {}
    },
  })],
})
