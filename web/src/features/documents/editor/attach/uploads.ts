import { type Editor, Extension, type MappablePosition } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { Plugin, PluginKey, Selection, type Transaction } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'
import { VueRenderer } from '@tiptap/vue-3'
import { yUndoPluginKey } from '@tiptap/y-tiptap'
import { shallowReactive } from 'vue'
import { type Answer, type Problem, refusal } from '@/ask'
import type { Addition, Standing } from './addition'
import { sourceOfNew } from './address'
import { placeFor } from './place'
import { type Attachment, tooLarge, upload } from './upload'
import UploadPlace from './UploadPlace.vue'

/** Of which document, and whether its server can be reached just now. */
interface Options { id: string, connected: () => boolean }

interface Job {
  id: number
  addition: Addition
  standing: Standing
  ending: AbortController
  widget: VueRenderer
  /** Where the cursor was when it was added. */
  cursor: number
}
interface Place { job: Job, position: MappablePosition }
interface Asked { add?: { job: Job, pos: number }[], remove?: number }
interface Places { places: Place[], decorations: DecorationSet }

declare module '@tiptap/core' {
  interface Storage {
    uploads: { queue: Queue, connected: Options['connected'] }
  }
}

const key = new PluginKey<Places>('uploads')
let last = 0

function decorated(doc: Node, places: Place[]): DecorationSet {
  return DecorationSet.create(doc, places.map(({ job, position }) =>
    Decoration.widget(Math.min(position.position, doc.content.size), () => job.widget.element!, {
      key: `upload-${job.id}`, side: 1, ignoreSelection: true, stopEvent: () => true,
    })))
}

function nodeOf({ addition: { attrs } }: Job, { id, name, type, bytes, width, height }: Attachment) {
  const src = sourceOfNew(id)
  if (!width || !height) return { type: 'file', attrs: { src, name, bytes, kind: type } }
  return { type: 'image', attrs: { alt: null, title: null, width, height, ...attrs, src } }
}

function keepPage(event: DragEvent): void {
  if (event.defaultPrevented || !event.dataTransfer?.types.includes('Files')) return
  event.preventDefault()
  event.dataTransfer.dropEffect = 'none'
}

/** Below what was added there is something to write in, and whoever has done nothing else meanwhile is there. */
function goOn(tr: Transaction, pos: number, follow: boolean): void {
  const { nodeAfter, parent } = tr.doc.resolve(pos)
  const paragraph = tr.doc.type.schema.nodes.paragraph!
  const lacks = !nodeAfter || (follow && !nodeAfter.isTextblock)
  const index = tr.doc.resolve(pos).index()
  if (lacks && parent.canReplaceWith(index, index, paragraph)) tr.insert(pos, paragraph.create())
  if (follow) tr.setSelection(Selection.near(tr.doc.resolve(pos), 1))
}

/** One after the other, in the order in which they were added; each in a place that moves with the text around it. */
export class Queue {
  private line = Promise.resolve()

  private readonly ending = new AbortController()

  constructor(private readonly editor: Editor, private readonly documentId: string) {
    const { signal } = this.ending
    window.addEventListener('beforeunload', (event) => { if (this.busy) event.preventDefault() }, { signal })
    // A file that misses the text would take the place of the page.
    window.addEventListener('dragover', keepPage, { signal })
    window.addEventListener('drop', keepPage, { signal })
  }

  /** Marks their places, and begins. */
  add(additions: readonly { addition: Addition, pos: number }[]): void {
    const add = additions.map(({ addition, pos }) => ({ pos, job: this.job(addition) }))
    this.ask({ add })
    add.forEach(({ job }) => this.begin(job))
  }

  private get busy(): boolean {
    return this.places.some(({ job }) => !job.standing.problem)
  }

  /** Nothing of it comes any more. */
  cancel(job: Job): void {
    job.ending.abort()
    this.ask({ remove: job.id })
    job.widget.destroy()
  }

  end(): void {
    this.ending.abort()
    this.places.forEach(({ job }) => {
      job.ending.abort()
      job.widget.destroy()
    })
  }

  again(job: Job): void {
    job.standing.problem = null
    job.standing.share = null
    this.begin(job)
  }

  private get places(): Place[] {
    return key.getState(this.editor.state)?.places ?? []
  }

  private ask(asked: Asked): void {
    this.editor.view.dispatch(this.editor.state.tr.setMeta(key, asked).setMeta('addToHistory', false))
  }

  private job(addition: Addition): Job {
    const { name, picture } = addition
    const standing = shallowReactive<Standing>({ name, picture, share: null, problem: null })
    const props = { standing, onCancel: () => this.cancel(job), onAgain: () => this.again(job) }
    const widget = new VueRenderer(UploadPlace, { editor: this.editor, props })
    const cursor = this.editor.state.selection.from
    const job: Job = { id: ++last, addition, standing, ending: new AbortController(), widget, cursor }
    return job
  }

  private begin(job: Job): void {
    this.line = this.line.then(() => this.run(job)).catch(() => undefined)
  }

  private async run(job: Job): Promise<void> {
    const { signal } = job.ending
    if (signal.aborted) return
    const { data, problem } = await this.send(job)
    if (signal.aborted || this.editor.isDestroyed) return
    job.standing.problem = problem ?? this.put(job, data)
  }

  private async send({ addition, standing, ending: { signal } }: Job): Promise<Answer<Attachment>> {
    standing.share = 0
    const { data: body, problem } = await addition.load(signal)
    const why = problem ?? tooLarge(body)
    if (why) return { data: null, problem: why }
    return upload(this.documentId, body!, addition.name, { signal, progress: (share) => { standing.share = share } })
  }

  /** Whether something else is still to come to the same place: the cursor is to stand below all of it. */
  private hasMoreAt({ job, position: { position } }: Place): boolean {
    return this.places.some((each) =>
      each.job !== job && !each.job.standing.problem && each.position.position === position)
  }

  /** Puts in what the server has; it is a step of its own, which one undo takes back. */
  private put(job: Job, attachment: Attachment): Problem | null {
    const { view, state } = this.editor
    const place = this.places.find((each) => each.job === job)
    if (!place) return null
    if (!view.editable) return refusal('NOT_ALLOWED')
    const node = state.schema.nodeFromJSON(nodeOf(job, attachment))
    const undoing = yUndoPluginKey.getState(state)?.undoManager
    undoing?.stopCapturing()
    const pos = placeFor(state.doc, place.position.position, node.type)
    const tr = state.tr.insert(pos, node)
    if (!this.hasMoreAt(place)) {
      goOn(tr, pos + node.nodeSize, state.selection.empty && state.selection.from === job.cursor)
    }
    view.dispatch(tr.setMeta(key, { remove: job.id } satisfies Asked))
    undoing?.stopCapturing()
    job.widget.destroy()
    return null
  }
}

/** Places for what is on its way to the server: decorations of this window alone, no part of the text. */
export const Uploads = Extension.create<Options, { queue: Queue, connected: Options['connected'] }>({
  name: 'uploads',
  addOptions: () => ({ id: '', connected: () => true }),

  addStorage() {
    return { queue: null as unknown as Queue, connected: this.options.connected }
  },

  onBeforeCreate() {
    this.storage.queue = new Queue(this.editor, this.options.id)
  },

  onDestroy() {
    this.storage.queue.end()
  },

  addProseMirrorPlugins() {
    const { utils } = this.editor
    return [new Plugin<Places>({
      key,
      state: {
        init: () => ({ places: [], decorations: DecorationSet.empty }),
        apply(tr, before) {
          const asked = tr.getMeta(key) as Asked | undefined
          if (!asked && !before.places.length) return before
          const kept = before.places.filter(({ job }) => job.id !== asked?.remove).map(({ job, position }) => (
            { job, position: utils.getUpdatedPosition(position, tr).position }))
          const added = asked?.add?.map(({ job, pos }) => ({ job, position: utils.createMappablePosition(pos) }))
          const places = [...kept, ...added ?? []]
          return { places, decorations: decorated(tr.doc, places) }
        },
      },
      props: { decorations: (state) => key.getState(state)?.decorations },
    })]
  },
})
