import { computed, effectScope, readonly, shallowRef, watch } from 'vue'
import { ask } from '@/ask'
import { auth, type User, type Who } from '@/auth'
import { boot } from '@/boot'
import { onSessionLost } from '@/lost'
import { isAdding } from '@/session/adding'

const who = shallowRef<Who | null>(boot.session)
const ended = shallowRef(false)
/** While somebody confirms who they are, and whether the session was lost meanwhile. */
let held = false
let lost = false

function adopt(next: Who | null): void {
  if (next) ended.value = lost = false
  who.value = next
}

/** Takes the session that an answer brought, or asks for it; false when there is none. */
async function start(answer: { user?: unknown, session?: unknown }): Promise<boolean> {
  const brought = answer.user && answer.session ? (answer as Who) : null
  adopt(brought ?? (await ask((watch) => auth.getSession({ fetchOptions: watch }))).data)
  return who.value !== null
}

/** Asks again who this is, after a change that the client's store does not notice and a cookie may not know of. */
async function refresh(): Promise<void> {
  const { data } = await ask((watch) => auth.getSession({ query: { disableCookieCache: true }, fetchOptions: watch }))
  if (data) adopt(data)
}

/** Shows a change of the user's that the server has just taken. */
function change(changes: Partial<User>): void {
  if (who.value) adopt({ ...who.value, user: { ...who.value.user, ...changes } })
}

/** Forgets the session here, after the server has. */
function stop(): void {
  adopt(null)
}

/** Until it is let go, whoever is signed in stays on the page: the second step of signing in again has no session. */
function hold(): void {
  held = true
}

function letGo(): void {
  held = false
  if (lost) lose()
}

function lose(): void {
  lost = held
  if (held) return
  if (who.value) ended.value = true
  adopt(null)
}

/**
 * From here on the session store of the client, which is there by now, leads: focus, reconnection and other tabs keep
 * it true. Where another account is added it would say who is signed in already: there it leads once the other one is.
 */
function follow(known = boot.session): void {
  if (!who.value && isAdding()) return void watch(who, follow, { once: true })
  auth.hydrateSession(known)
  onSessionLost(lose)
  effectScope(true).run(() => {
    const store = auth.useSession()
    watch(store, (state) => {
      if (state.isPending || state.isRefetching || state.error) return
      if (isSomebodyElse(state.data as Who | null)) window.location.reload()
      else if (state.data) adopt(state.data as Who)
      else lose()
    })
    watch(() => who.value?.session.expiresAt, (end, _before, onCleanup) => {
      const timer = end && whenReached(end, () => store.value.refetch())
      onCleanup(() => clearTimeout(timer))
    }, { immediate: true })
  })
}

/** What a page shows is one person's: where another tab has become somebody else it is fetched anew. */
function isSomebodyElse(found: Who | null): boolean {
  return found !== null && who.value !== null && found.user.id !== who.value.user.id
}

const LONGEST_TIMER = 2 ** 31 - 1

function whenReached(end: Date, then: () => void): ReturnType<typeof setTimeout> | undefined {
  const wait = end.getTime() - Date.now() + 1000
  return wait > 0 && wait < LONGEST_TIMER ? setTimeout(then, wait) : undefined
}

/** Who is signed in: right from the first paint, as the server wrote it into the page. */
export function useSession() {
  return {
    user: computed(() => who.value?.user ?? null),
    session: computed(() => who.value?.session ?? null),
    signedIn: computed(() => who.value !== null),
    ended: readonly(ended),
    start, stop, follow, refresh, change, hold, letGo,
  }
}
