import type { Editor } from '@tiptap/core'
import type { Slice } from '@tiptap/pm/model'
import type { Transaction } from '@tiptap/pm/state'
import { useNotices } from '@/shell/useNotices'
import { t } from '@/words/t'
import type { Addition } from './addition'
import { choose } from './choose'
import { hasElsewhere, lift, type Lifted } from './lift'
import { placeFor } from './place'
import { fetched, PICTURES } from './upload'

function ofFile(file: File): Addition {
  const load = async () => ({ data: file, problem: null })
  return { name: file.name, picture: PICTURES.includes(file.type), load }
}

function ofNode({ node, address }: Lifted): Addition {
  const { alt, title, width, height, name } = node.attrs as Record<string, string | number | null>
  const picture = node.type.name === 'image'
  return {
    name: String(name || alt || (picture ? t('Picture') : t('File'))),
    picture,
    load: (signal) => fetched(address, signal),
    attrs: picture ? { alt, title, ...width && height ? { width, height } : {} } : undefined,
  }
}

function refuse(pictures: boolean): void {
  const title = pictures ? t('Pictures can be added when you are connected') : t('Files can be added when you are connected')
  useNotices().tell({ title, kind: 'error' })
}

/** Adds files where they are wanted, or at the cursor. */
export function addFiles(editor: Editor, files: readonly File[], at?: number): void {
  if (!files.length || !editor.isEditable) return
  const additions = files.map(ofFile)
  if (!editor.storage.uploads.connected()) return refuse(additions.every(({ picture }) => picture))
  const { state, storage } = editor
  const pos = placeFor(state.doc, at ?? state.selection.to, state.schema.nodes.image!)
  storage.uploads.queue.add(additions.map((addition) => ({ addition, pos })))
}

/** Asks a person for files, and adds them at the cursor. */
export async function pick(editor: Editor, pictures: boolean): Promise<void> {
  if (!editor.storage.uploads.connected()) return refuse(pictures)
  const files = await choose(pictures)
  if (editor.isDestroyed) return
  editor.commands.focus(null, { scrollIntoView: false })
  addFiles(editor, files)
}

/** Fetches what a text has brought along that was not here; it takes its place when it is. */
export function bring(editor: Editor, found: readonly Lifted[]): void {
  if (!found.length) return
  const { connected, queue } = editor.storage.uploads
  if (connected()) queue.add(found.map((each) => ({ addition: ofNode(each), pos: each.pos })))
  else refuse(found.every(({ node }) => node.type.name === 'image'))
}

/** Puts a text in, without what has to be fetched, which follows. */
function put(editor: Editor, tr: Transaction): void {
  const found = lift(tr)
  editor.view.dispatch(tr.scrollIntoView())
  bring(editor, found)
}

/** Folders can be dropped as files can, and have nothing in them to read. */
function filesIn(data: DataTransfer): File[] {
  const isFolder = (item: DataTransferItem) => item.webkitGetAsEntry?.()?.isDirectory
  const folders = [...data.items].filter(isFolder).map((item) => item.getAsFile()?.name)
  return [...data.files].filter(({ name }) => !folders.includes(name))
}

/** Whether a text stands beside the files, which only show it: so it is of spreadsheets and word processors. */
function isText(html: string): boolean {
  const { body } = new DOMParser().parseFromString(html, 'text/html')
  return Boolean(body.textContent?.trim()) || body.querySelector('table') !== null
}

/** The files that are meant by what is pasted or dropped; a picture that was copied out of a page is one. */
export function filesMeant(data: DataTransfer | null, slice: Slice): File[] {
  if (!data?.files.length) return []
  const ours = hasElsewhere(slice.content) || hasAttachment(slice)
  return ours || isText(data.getData('text/html')) ? [] : filesIn(data)
}

function hasAttachment({ content }: Slice): boolean {
  let found = false
  content.descendants((node) => { found ||= node.type.name === 'image' || node.type.name === 'file' })
  return found
}

/** Takes what is pasted where files are in it, or pictures that are not here; whether it did. */
export function takePaste(editor: Editor, event: ClipboardEvent, slice: Slice): boolean {
  const files = filesMeant(event.clipboardData, slice)
  if (files.length) addFiles(editor, files)
  else if (hasElsewhere(slice.content)) {
    put(editor, editor.state.tr.replaceSelection(slice).setMeta('paste', true).setMeta('uiEvent', 'paste'))
  } else return false
  return true
}

/** The same of what is dropped; what is only moved within the text stays as it is. */
export function takeDrop(editor: Editor, event: DragEvent, slice: Slice): boolean {
  const at = editor.view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos
  if (editor.view.dragging || at === undefined) return false
  const files = filesMeant(event.dataTransfer, slice)
  if (files.length) addFiles(editor, files, at)
  else if (hasElsewhere(slice.content)) {
    put(editor, editor.state.tr.replaceRange(at, at, slice).setMeta('uiEvent', 'drop'))
  } else return false
  return true
}
