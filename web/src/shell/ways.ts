import { defineComponent, h, type Component } from 'vue'
import type { Call } from '@/ask'

/**
 * A way to come in beside the password is a file `features/<name>/<Name>Way.vue`, which pages.json names at the pages
 * where it stands, in its order, and which is loaded where the server's feature says so (`way` in server/feature.py).
 * It is given the door that it stands at, shows what it has to in a form of its own, and ends in `useSession().start`,
 * as `useAuthForm` does; the page is left then by itself. One that shows nothing leaves no place behind. At the page
 * for a forgotten password they are ways to another one.
 */
export interface Door {
  page: 'login' | 'register' | 'forgot-password'
  /** What stands in the form's e-mail field, without the blanks around it. */
  email: string
  /** Whether the session is to outlive the browser. */
  rememberMe: boolean
  /** The address, for a way that needs one; null where it cannot be one, which the field says then, with the focus. */
  askEmail: () => string | null
}

/**
 * A field that a feature adds to the form of a page, or puts in the place of its first one: a file
 * `features/<name>/<Name>Field.vue`, which pages.json names at the page, and which is loaded as a way is. What is in it
 * is its model; it is given the `error` of that, and exposes some of these.
 */
export interface Field {
  /** What is wrong with it, before the server is asked; null where nothing is. */
  check: () => string | null
  /** The call that comes in with it; null where that is the form's own. */
  callFor: (body: { password: string, rememberMe: boolean }) => Call<object> | null
}

/** Parts of a page, without those that could not be loaded: nobody has to do without the password for them. */
export async function loadParts(loaders: readonly (() => Promise<unknown>)[]): Promise<Component[]> {
  const found = await Promise.all(loaders.map((load) => load().catch(() => null)))
  return found.filter((way) => way !== null) as Component[]
}

/** A page with the fields in its form, and the ways that stand beside it. */
export function doorOf(page: unknown, fields: readonly Component[], ways: readonly Component[]) {
  return defineComponent({ setup: () => () => h(page as Component, { fields, ways }) })
}
