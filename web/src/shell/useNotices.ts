import { readonly, shallowRef } from 'vue'

type Kind = 'success' | 'error' | 'neutral'

interface Notice {
  title: string
  description?: string
  kind?: Kind
  /** What can still be done about it, which ends the notice. */
  action?: { label: string, run: () => void }
}

const STAY = { success: 6000, neutral: 6000, error: 12_000 }

const notices = shallowRef<readonly Notice[]>([])
const timers = new Map<string, ReturnType<typeof setTimeout>>()

function dismiss(title: string): void {
  clearTimeout(timers.get(title))
  timers.delete(title)
  notices.value = notices.value.filter((notice) => notice.title !== title)
}

function watchOver({ title, kind = 'neutral', action }: Notice): void {
  clearTimeout(timers.get(title))
  timers.set(title, setTimeout(() => dismiss(title), STAY[action ? 'error' : kind]))
}

/** Shows a notice for a while; one with the same title takes the other's place. */
function tell(notice: Notice): void {
  notices.value = [...notices.value.filter(({ title }) => title !== notice.title), notice].slice(-3)
  watchOver(notice)
}

/** Lets nothing vanish while it is read or reached for. */
function hold(): void {
  timers.forEach((timer) => clearTimeout(timer))
}

function release(): void {
  notices.value.forEach(watchOver)
}

/** Short notices at the edge of the page. */
export function useNotices() {
  return { notices: readonly(notices), tell, dismiss, hold, release }
}
