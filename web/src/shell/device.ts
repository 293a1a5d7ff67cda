import { watch } from 'vue'
import type { Who } from '@/auth'
import { isRemembered } from '@/session/remembered'
import { useSession } from '@/session/useSession'

/**
 * What this device knows for when there is no server: who is signed in here, and, in a worker's caches, the app. See
 * worker/keeper.ts, which fills them, and handlers/shell/kept.py, whose page reads who it was.
 */

// What begins so is dropped at the sign-out, see form/useDraft.ts; web/templates knows the name, too.
const PERSON = 'draft:person'
// As in worker/keeper.ts.
const CACHES = 'ai-editor:'
const SHELL = '/offline'
const WORKER = '/sw.js'

/** Whether this page came from the device: the server was away when it was opened. */
export const isKept = () => document.documentElement.hasAttribute('data-kept')

/** Without the session's token, which is for the cookie alone. */
function known({ user, session }: Who): object {
  const { id, userId, createdAt, updatedAt, expiresAt } = session
  return { user, session: { id, userId, createdAt, updatedAt, expiresAt } }
}

/** Nobody's pages open without the server any more; what they wrote stays. */
export function forgetPerson(): void {
  try {
    localStorage.removeItem(PERSON)
  } catch {
    // Storage is barred: nobody is known in it.
  }
}

function remember(who: Who): boolean {
  // Whoever did not want to stay signed in leaves nothing that outlives the browser.
  if (!isRemembered(who.session)) return false
  try {
    localStorage.setItem(PERSON, JSON.stringify(known(who)))
    return true
  } catch {
    return false
  }
}

/** Where there are no workers, as in some private windows and on plain http, pages need the server, and that is all. */
async function register(): Promise<void> {
  if (!('serviceWorker' in navigator) || !import.meta.env.PROD) return
  await navigator.serviceWorker.register(WORKER, { updateViaCache: 'none' }).catch(() => undefined)
}

function note(who: Who | null): void {
  if (who && remember(who)) void register()
  else forgetPerson()
}

let following = false

/** Keeps in mind who is signed in, for as long as they are. */
export function followPerson(): void {
  if (following) return
  following = true
  const { user, session } = useSession()
  watch([user, session], ([user, session]) => note(user && session && { user, session }), { immediate: true })
}

async function ourCaches(): Promise<string[]> {
  return (await caches.keys()).filter((name) => name.startsWith(CACHES))
}

/** The worker goes, and all that it keeps: nothing here says any more that somebody was there. */
export async function retireWorker(): Promise<void> {
  forgetPerson()
  try {
    const registered = await navigator.serviceWorker.getRegistrations()
    await Promise.all(registered.map((each) => each.unregister()))
    await Promise.all((await ourCaches()).map((name) => caches.delete(name)))
  } catch {
    // There is none.
  }
}

/** A page that is too old is not opened from the device again: the next one is the server's, however long it takes. */
export async function forgetShell(): Promise<void> {
  try {
    for (const name of await ourCaches()) await (await caches.open(name)).delete(SHELL)
  } catch {
    // There is none.
  }
}
