import { defineComponent, h, type Component } from 'vue'

/**
 * A way to come in beside the password is a file `features/<name>/<Name>Way.vue`, which pages.json names at the pages
 * where it stands, in its order, and which is loaded where the server's feature says so (`way` in server/feature.py).
 * It is given the door that it stands at, shows what it has to in a form of its own, and ends in `useSession().start`,
 * as `useAuthForm` does; the page is left then by itself. One that shows nothing leaves no place behind.
 */
export interface Door {
  page: 'login' | 'register'
  /** What stands in the form's e-mail field, without the blanks around it. */
  email: string
  /** Whether the session is to outlive the browser. */
  rememberMe: boolean
  /** The address, for a way that needs one; null where it cannot be one, which the field says then, with the focus. */
  askEmail: () => string | null
}

/** The ways, without those that could not be loaded: nobody has to do without the password for them. */
export async function loadWays(loaders: readonly (() => Promise<unknown>)[]): Promise<Component[]> {
  const found = await Promise.all(loaders.map((load) => load().catch(() => null)))
  return found.filter((way) => way !== null) as Component[]
}

/** A page with the ways that stand beside its form. */
export function doorOf(page: unknown, ways: readonly Component[]) {
  return defineComponent({ setup: () => () => h(page as Component, { ways }) })
}
