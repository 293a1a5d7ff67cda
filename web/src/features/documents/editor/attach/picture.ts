import type { DropdownMenuItem } from '@nuxt/ui'
import type { Editor } from '@tiptap/core'
import { t } from '@/words/t'
import IconDescribe from '~icons/lucide/captions'
import IconOriginal from '~icons/lucide/image-upscale'
import IconTrash from '~icons/lucide/trash-2'
import IconLarger from '~icons/lucide/zoom-in'
import IconSmaller from '~icons/lucide/zoom-out'
import type { Action } from '../actions'

export const LARGER = 1.25
export const SMALLER = 0.8
const LEAST = 48

export interface Size { width: number, height: number }

/** As wide as wanted, within what there is room for, and as high as goes with it. */
export function sized(now: Size, wanted: number, room: number): Size {
  const width = Math.round(Math.max(LEAST, Math.min(wanted, room)))
  return { width, height: Math.max(1, Math.round(width * now.height / now.width)) }
}

function shown(editor: Editor): HTMLImageElement | null {
  const dom = editor.view.nodeDOM(editor.state.selection.from)
  return dom instanceof HTMLElement ? dom.querySelector('img') : null
}

/** How wide a picture can be where it stands. */
export function roomFor(image: HTMLElement): number {
  const around = image.closest('.doc-picture')?.parentElement
  if (!around) return image.offsetWidth
  const { paddingLeft, paddingRight } = getComputedStyle(around)
  return around.clientWidth - (parseFloat(paddingLeft) || 0) - (parseFloat(paddingRight) || 0)
}

/** Makes the picture that is selected larger or smaller than it is shown. */
export function resize(editor: Editor, factor: number): void {
  const image = shown(editor)
  if (!image?.offsetWidth) return
  const now = { width: image.offsetWidth, height: image.offsetHeight }
  editor.commands.updateAttributes('image', sized(now, now.width * factor, roomFor(image)))
}

function restore(editor: Editor): void {
  const image = shown(editor)
  if (image?.naturalWidth) {
    editor.commands.updateAttributes('image', { width: image.naturalWidth, height: image.naturalHeight })
  }
}

/** What can be done to the picture that is selected; what describes it is a form of its own. */
export const SIZES: readonly Action[] = [
  { name: 'smaller', label: 'Smaller', icon: IconSmaller, keys: 'Mod-Alt-J', run: (editor) => resize(editor, SMALLER) },
  { name: 'larger', label: 'Larger', icon: IconLarger, keys: 'Mod-Alt-K', run: (editor) => resize(editor, LARGER) },
  { name: 'original', label: 'Original size', icon: IconOriginal, run: restore },
]

export const DESCRIBE = { label: 'Describe the picture', icon: IconDescribe, keys: 'Mod-Alt-Y' } as const
export const REMOVE = { label: 'Remove the picture', icon: IconTrash } as const

export function pictureItems(editor: Editor, describe: () => void): DropdownMenuItem[][] {
  return [
    [{ label: t(DESCRIBE.label), icon: DESCRIBE.icon, onSelect: describe }],
    SIZES.map(({ label, icon, run }) => ({ label: t(label), icon, onSelect: () => run(editor) })),
    [{ label: t(REMOVE.label), icon: REMOVE.icon, onSelect: () => editor.chain().focus().deleteSelection().run() }],
  ]
}
