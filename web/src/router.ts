import {
  createRouter, createWebHistory,
  type LocationQuery, type RouteComponent, type RouteLocationNormalized, type RouteLocationRaw, type RouteRecordRaw,
} from 'vue-router'
import pages from '../pages.json'
import { loginFor, redirectTarget } from '@/composables/useRedirect'
import { useNotices } from '@/composables/useNotices'
import { useSession } from '@/composables/useSession'
import { sentence } from '@/locales/en'

export type Access = 'public' | 'guest' | 'member'

interface Page {
  path: string
  name: string
  title: string
  access: Access
  /** "default/settings" is the layout `settings` within the layout `default`. */
  layout: string
  nav?: string
  redirect?: string
}

declare module 'vue-router' {
  interface RouteMeta {
    title?: string
    access?: Access
    /** The page's name in the main menu; pages without one are not in it. */
    nav?: string
  }
}

type Loader = () => Promise<RouteComponent>

const pageFiles = import.meta.glob<RouteComponent>('./pages/**/*.vue', { import: 'default' })
const layoutFiles = import.meta.glob<RouteComponent>('./layouts/*.vue', { import: 'default' })

function fileOf(files: Record<string, Loader>, path: string): Loader {
  const file = files[path]
  if (!file) throw new Error(`pages.json names ${path}, which is not there`)
  return file
}

function recordOf({ path, name, title, access, nav, redirect }: Page): RouteRecordRaw {
  const meta = { title, access, nav }
  return redirect ? { path, name, meta, redirect } : { path, name, meta, component: fileOf(pageFiles, `./pages/${name}.vue`) }
}

const NOT_FOUND: RouteRecordRaw = {
  path: '/:path(.*)*',
  name: 'not-found',
  meta: { title: 'Page not found', access: 'public' },
  component: fileOf(pageFiles, './pages/not-found.vue'),
}

/** A layout with its pages and the layouts within it. */
function layoutOf(layout: string, list: readonly Page[]): RouteRecordRaw {
  const inner = list.map((page) => page.layout).filter((other) => other.startsWith(`${layout}/`))
  return {
    path: '/',
    component: fileOf(layoutFiles, `./layouts/${layout.split('/').at(-1)}.vue`),
    children: [
      ...list.filter((page) => page.layout === layout).map(recordOf),
      ...[...new Set(inner)].map((name) => layoutOf(name, list)),
      ...(layout === 'default' ? [NOT_FOUND] : []),
    ],
  }
}

/** One record per layout, its pages below it, so that a layout stays while its pages change. */
export function routesOf(list: readonly Page[]): RouteRecordRaw[] {
  const outermost = new Set(list.map((page) => page.layout.split('/')[0] ?? ''))
  return [...outermost].map((layout) => layoutOf(layout, list))
}

/** What went wrong is told on the page that takes a guest page's place. */
function wayIn({ redirect, error }: LocationQuery): RouteLocationRaw {
  return error && !redirect ? { path: '/dashboard', query: { error } } : redirectTarget(redirect)
}

/** The rule that the server applies before the first paint, for the ways taken inside the app. */
export function guard(to: Pick<RouteLocationNormalized, 'meta' | 'query' | 'fullPath'>) {
  const { signedIn } = useSession()
  if (to.meta.access === 'member' && !signedIn.value) return loginFor(to.fullPath)
  if (to.meta.access === 'guest' && signedIn.value) return wayIn(to.query)
  return true
}

const PRODUCT = 'AI-Editor'

/** "Sign in · AI-Editor", as the shell has it too. */
export function titleOf(title: string | undefined): string {
  return title && title !== PRODUCT ? `${title} · ${PRODUCT}` : PRODUCT
}

export const router = createRouter({
  history: createWebHistory(),
  // As the server reads addresses.
  strict: true,
  sensitive: true,
  routes: routesOf(pages as Page[]),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

router.onError(() => {
  const { tell } = useNotices()
  tell({ title: 'The page could not be opened', description: sentence(navigator.onLine ? 'UNREACHABLE' : 'OFFLINE'), kind: 'error' })
})

router.beforeEach(guard)
router.afterEach((to) => { document.title = titleOf(to.meta.title) })
