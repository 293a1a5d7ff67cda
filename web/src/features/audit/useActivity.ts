import { computed, onMounted, shallowRef } from 'vue'
import { ask, type Problem } from '@/ask'
import { auth } from '@/auth'
import type { Event } from './event'

interface Page { events: Event[], next: string | null }

const ADDRESS = `${window.location.origin}/api/activity`

/** What happened to the account, the newest first, and more of it on request; null until it is known. */
export function useActivity() {
  const events = shallowRef<Event[] | null>(null)
  const next = shallowRef<string | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const pending = shallowRef(true)

  async function read(before: string | null): Promise<void> {
    pending.value = true
    const query = before ? `?before=${encodeURIComponent(before)}` : ''
    const answer = await ask<Page>((watch) => auth.$fetch<Page>(ADDRESS + query, { method: 'GET', ...watch }))
    problem.value = answer.problem
    if (answer.data) {
      events.value = before ? [...events.value ?? [], ...answer.data.events] : answer.data.events
      next.value = answer.data.next
    }
    pending.value = false
  }

  const load = () => read(null)
  const loadMore = () => read(next.value)
  onMounted(load)
  return { events, more: computed(() => next.value !== null), problem, pending, load, loadMore }
}
