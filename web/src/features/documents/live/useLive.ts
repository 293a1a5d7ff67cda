import { computed, onBeforeUnmount, onMounted, shallowRef } from 'vue'
import { forgetShell } from '@/shell/device'
import { Live, type Reason } from './provider'
import { useWords } from './useWords'
import { read } from '../api'

const RELOADED = 'reloaded-for-schema'
const SPARE = 60_000

/** Whoever else is in the document. */
export interface Peer { id: string, name: string, color: string }

export async function why(id: string): Promise<Reason> {
  const { problem } = await read(id)
  if (!problem) return 'fine'
  return problem.kind === 'refused' && problem.code.startsWith('DOCUMENT_') ? { code: problem.code } : 'unknown'
}

/** Once: a page that is still too old then would go on for ever. */
function reload(): boolean {
  if (Date.now() - Number(sessionStorage.getItem(RELOADED)) < SPARE) return false
  sessionStorage.setItem(RELOADED, String(Date.now()))
  void forgetShell().then(() => window.location.reload())
  return true
}

function peersOf(live: Live, userId: string): Peer[] {
  const found = new Map<string, Peer>()
  for (const state of live.awareness.getStates().values()) {
    const user = (state as { user?: Partial<Peer> }).user
    if (user?.id && user.id !== userId) {
      found.set(user.id, { id: user.id, name: user.name ?? '', color: user.color ?? '#6e6a61' })
    }
  }
  return [...found.values()].sort((one, other) => one.name.localeCompare(other.name))
}

/** A document for as long as a page shows it: how it stands, in words, and who else is there. */
export function useLive(id: string, userId: string, schema: number) {
  const live = new Live({ id, userId, schema, why: () => why(id), reload })
  const peers = shallowRef<Peer[]>([])
  const words = useWords(live)

  const follow = () => { peers.value = peersOf(live, userId) }
  live.awareness.on('change', follow)

  function warn(event: BeforeUnloadEvent): void {
    if (live.atRisk) event.preventDefault()
  }

  onMounted(() => window.addEventListener('beforeunload', warn))
  onBeforeUnmount(() => {
    window.removeEventListener('beforeunload', warn)
    live.stop()
  })

  const editable = computed(() => {
    const { kind } = live.status.value
    const role = live.facts.value?.role
    return live.ready.value && role !== 'reader' && !['refused', 'outdated', 'full'].includes(kind)
  })
  return { live, peers, words, editable }
}
