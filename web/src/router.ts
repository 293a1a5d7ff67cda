import { createRouter, createWebHistory, type RouteComponent, type RouteRecordRaw } from 'vue-router'
import pages from '../pages.json'
import { isOn, isWay } from '@/boot'
import { sentence } from '@/sentence'
import { guard, type Access } from '@/session/guard'
import { pageOf } from '@/shell/cards'
import { titleOf } from '@/shell/title'
import { useNotices } from '@/shell/useNotices'
import { doorOf, loadParts } from '@/shell/ways'
import { t, type Plain } from '@/words/t'

type Title = Plain | ''

interface Page {
  path: string
  name: string
  /** Whose page it is: a folder in features/. */
  feature: string
  title: Title
  access: Access
  /** "default/settings" is the layout `settings` within the layout `default`. */
  layout: string
  nav?: Plain
  redirect?: string
  /** Whoever has signed in lands on the first of these that is on. */
  home?: boolean
  /** What the page is made of, where features share it: "avatar/PictureCard" and so on, from top to bottom. */
  cards?: readonly string[]
  /** Fields of features in its form, of those that are on: "username/UsernameField" and so on. */
  fields?: readonly string[]
  /** Ways to come in beside its form, of those that are on: "passkey/PasskeyWay" and so on, from top to bottom. */
  ways?: readonly string[]
}

declare module 'vue-router' {
  interface RouteMeta {
    title?: Title
    /** The page's name in the main menu; pages without one are not in it. */
    nav?: Plain
  }
}

type Loader = () => Promise<RouteComponent>

const files = import.meta.glob<RouteComponent>(
  ['./features/*/pages/**/*.vue', './features/*/*{Card,Field,Way}.vue', './shell/layouts/*.vue'], { import: 'default' },
)

function fileOf(path: string): Loader {
  const file = files[path]
  if (!file) throw new Error(`pages.json names ${path}, which is not there`)
  return file
}

/** All cards of features that are on are there before the page is shown. */
function deckOf(cards: readonly string[]): Loader {
  const loaders = cards.filter((card) => isOn(card.split('/')[0])).map((card) => fileOf(`./features/${card}.vue`))
  return async () => pageOf(await Promise.all(loaders.map((load) => load())))
}

function loadersOf(parts: readonly string[] = []): Loader[] {
  return parts.filter((part) => isWay(part.split('/')[0])).map((part) => fileOf(`./features/${part}.vue`))
}

/** Fields and ways that are on are there with their page; without one of them the page is shown all the same. */
function withParts(load: Loader, { fields, ways }: Page): Loader {
  const parts = [loadersOf(fields), loadersOf(ways)] as const
  return async () => doorOf(...await Promise.all([load(), loadParts(parts[0]), loadParts(parts[1])]))
}

function recordOf(page: Page): RouteRecordRaw {
  const { path, name, feature, title, access, nav, redirect, cards, fields, ways } = page
  const meta = { title, access, nav }
  if (redirect) return { path, name, meta, redirect }
  const load = cards ? deckOf(cards) : fileOf(`./features/${feature}/pages/${name}.vue`)
  return { path, name, meta, component: fields ?? ways ? withParts(load, page) : load }
}

const NOT_FOUND: RouteRecordRaw = {
  path: '/:path(.*)*',
  name: 'not-found',
  meta: { title: 'Page not found', access: 'public' },
  component: fileOf('./features/shell/pages/not-found.vue'),
}

/** A layout with its pages and the layouts within it. */
function layoutOf(layout: string, list: readonly Page[]): RouteRecordRaw {
  const inner = list.map((page) => page.layout).filter((other) => other.startsWith(`${layout}/`))
  return {
    path: '/',
    component: fileOf(`./shell/layouts/${layout.split('/').at(-1)}.vue`),
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

export const router = createRouter({
  history: createWebHistory(),
  // As the server reads addresses.
  strict: true,
  sensitive: true,
  routes: routesOf((pages as Page[]).filter((page) => isOn(page.feature))),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

router.onError(() => {
  const { tell } = useNotices()
  tell({ title: t('The page could not be opened'), description: sentence(navigator.onLine ? 'UNREACHABLE' : 'OFFLINE'), kind: 'error' })
})

router.beforeEach(guard)
router.afterEach((to) => { document.title = titleOf(to.meta.title) })
