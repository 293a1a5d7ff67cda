import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import type { Problem } from '@/ask'
import * as api from '@/features/documents/api'
import { forgetOthers, keep, recall } from '@/features/documents/kept'
import type { Document, Folder, Page, Place } from '@/features/documents/types'
import { useSession } from '@/session/useSession'
import { isKept } from '@/shell/device'

const AGAIN = 15_000

const keyOf = ({ list, folder }: Place) => `${list}:${folder ?? ''}`

/** What is shown of one place: documents, folders, more on request, and since when where it is only remembered. */
function makeState() {
  return {
    documents: shallowRef<Document[] | null>(null),
    /** All of the person's, where their own documents are shown. */
    folders: shallowRef<Folder[]>([]),
    next: shallowRef<string | null>(null),
    problem: shallowRef<Problem | null>(null),
    pending: shallowRef(true),
    /** When what is shown was answered, where the server cannot be asked now. */
    keptSince: shallowRef<Date | null>(null),
  }
}

type State = ReturnType<typeof makeState>

function show(state: State, page: Page, since: Date | null): void {
  state.documents.value = page.documents
  state.folders.value = page.folders
  state.next.value = page.next
  state.keptSince.value = since
}

/** Puts the next page behind what is there; what has moved meanwhile stands once. */
function append(state: State, page: Page): void {
  const known = new Set(state.documents.value?.map(({ id }) => id))
  state.documents.value = [...state.documents.value ?? [], ...page.documents.filter(({ id }) => !known.has(id))]
  state.next.value = page.next
}

/** Where the server cannot be asked, what it answered last; where it refuses, what is wrong. */
function fallBack(state: State, problem: Problem, whose: string, key: string): void {
  const kept = problem.kind === 'refused' ? null : recall<Page>(whose, key)
  if (kept) show(state, { ...kept.value, next: null }, kept.at)
  state.problem.value = kept ? null : problem
}

/** Calls back whenever the network is there again, as long as the caller is. */
function onOnline(listener: () => void): void {
  window.addEventListener('online', listener)
  onScopeDispose(() => window.removeEventListener('online', listener))
}

/** A list that is only remembered is asked for again, as the server may come back without the network having gone. */
function onRemembered({ keptSince, pending }: State, load: () => Promise<void>): void {
  watch([keptSince, pending], ([since, asking], _before, onCleanup) => {
    const timer = since && !asking ? setTimeout(() => void load(), AGAIN) : undefined
    onCleanup(() => clearTimeout(timer))
  })
}

/** The documents of a place, asked for anew whenever that changes, and once the network is back. */
export function useDocumentList(place: Ref<Place>) {
  const state = makeState()
  const { user } = useSession()
  let asked = 0

  /** Of several questions the answer to the last one counts. */
  async function ask(before: string | null, take: (page: Page) => void, fail?: (problem: Problem) => void) {
    const turn = ++asked
    state.pending.value = true
    const { data, problem } = await api.list(place.value, before)
    if (turn !== asked) return
    state.pending.value = false
    state.problem.value = problem
    if (data) take(data)
    else fail?.(problem)
  }

  async function load(): Promise<void> {
    const [whose, key] = [user.value?.id ?? '', keyOf(place.value)]
    const kept = isKept() && !state.documents.value ? recall<Page>(whose, key) : null
    // Where the page came without the server, the answer may take as long as the network does.
    if (kept) show(state, { ...kept.value, next: null }, kept.at)
    await ask(null, (page) => {
      show(state, page, null)
      keep(whose, key, page)
    }, (problem) => fallBack(state, problem, whose, key))
  }

  const loadMore = () => ask(state.next.value, (page) => append(state, page))

  watch(() => keyOf(place.value), () => {
    state.documents.value = null
    state.problem.value = state.keptSince.value = null
    void load()
  }, { immediate: true })
  onOnline(() => void load())
  onRemembered(state, load)
  forgetOthers(user.value?.id ?? '')
  return { ...state, load, loadMore }
}
