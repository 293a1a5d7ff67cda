import { enableAutoUnmount, flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { Who } from '@/auth'
import Documents from '@/features/documents/pages/documents.vue'
import { dropDrafts } from '@/form/useDraft'
import { useSession } from '@/session/useSession'
import '@/icons'
import { useNotices } from '@/shell/useNotices'

type Reply = [status: number, body: unknown] | 'lost' | Promise<[number, unknown]>

// The client takes hold of fetch when it is made, so that ours has to be there before it is imported.
const server = vi.hoisted(() => {
  const state = { asked: [] as string[], replies: {} as Record<string, Reply> }
  globalThis.fetch = async (url, options) => {
    const call = `${options?.method ?? 'GET'} ${String(url).replace(/^.*\/api/, '')}`
    state.asked.push(options?.body ? `${call} ${options.body}` : call)
    const reply = await (state.replies[call] ?? [404, { code: 'DOCUMENT_NOT_FOUND', message: 'x' }])
    if (reply === 'lost') throw new TypeError('no network')
    return new Response(JSON.stringify(reply[1]), { status: reply[0], headers: { 'content-type': 'application/json' } })
  }
  return state
})

const ADA = { id: 'ada', name: 'Ada', image: null }
const made = (id: string, more: object = {}) => ({
  id, title: id, icon: null, role: 'owner', owner: ADA, folderId: null, shared: false,
  createdAt: '2026-11-22T12:00:00.000Z', updatedAt: '2026-11-22T12:00:00.000Z', deletedAt: null, ...more,
})
const page = (...documents: object[]): Reply => [200, { documents, folders: [], next: null }]
const RECENT = 'GET /documents?list=recent'
const who = (id: string) => ({
  user: { id, name: id, email: `${id}@example.com` },
  session: { id: 's', token: 't', userId: id, expiresAt: '2099-01-01T00:00:00.000Z' },
})

async function open(path = '/documents') {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/documents', component: Documents }, { path: '/documents/:id', component: { template: 'one' } }],
  })
  await router.push(path)
  const shown = mount(Documents, { global: { plugins: [router] }, attachTo: document.body })
  await flushPromises()
  return Object.assign(shown, { router })
}

type Shown = Awaited<ReturnType<typeof open>>
const titles = (shown: Shown) => shown.findAll('[data-id]').map((each) => each.get('.font-medium').text())

enableAutoUnmount(afterEach)
beforeEach(async () => {
  server.asked = []
  server.replies = {}
  localStorage.clear()
  await useSession().start(who('ada') as unknown as Who)
})

describe('the list of documents', () => {
  it('names each, whose it is where it is not mine, and that it is shared or only to be read', async () => {
    server.replies[RECENT] = page(
      made('one', { shared: true }), made('two', { title: '  ' }),
      made('three', { role: 'reader', owner: { id: 'grace', name: 'Grace', image: null }, shared: true }),
    )
    const shown = await open()
    expect(titles(shown)).toEqual(['one', 'Untitled', 'three'])
    const [one, two, three] = shown.findAll('[data-id]').map((each) => each.text().replace(/\s+/g, ' '))
    expect(one).toContain('· Shared')
    expect(two).not.toContain('Shared')
    expect(three).toMatch(/Grace · .* · Read only/)
    expect(one).not.toContain('Ada')
  })

  it('asks for one folder of one’s own, and shows the way to it', async () => {
    const folders = [{ id: 'a', name: 'Work', parentId: null }, { id: 'b', name: 'Reports', parentId: 'a' }]
    server.replies['GET /documents?list=mine&folder=a'] = [200, { documents: [made('one')], folders, next: null }]
    const shown = await open('/documents?list=mine&folder=a')
    expect(titles(shown)).toEqual(['Reports', 'one'])
    expect(shown.get('nav[aria-label="Folder"]').text()).toBe('My documentsWork')
  })

  it('shows more behind what is there, each once', async () => {
    server.replies[RECENT] = [200, { documents: [made('one')], folders: [], next: 'c' }]
    server.replies[`${RECENT}&before=c`] = page(made('one'), made('two'))
    const shown = await open()
    await shown.findAll('button').find((each) => each.text() === 'Show more')!.trigger('click')
    await flushPromises()
    expect(titles(shown)).toEqual(['one', 'two'])
    expect(shown.text()).not.toContain('Show more')
  })

  it('shows the answer to the last question alone', async () => {
    let answer: (reply: [number, unknown]) => void = () => {}
    server.replies[RECENT] = new Promise((resolve) => { answer = resolve })
    server.replies['GET /documents?list=shared'] = page(made('two'))
    const shown = await open()
    await shown.router.push('/documents?list=shared')
    await flushPromises()
    answer([200, { documents: [made('one')], folders: [], next: null }])
    await flushPromises()
    expect(titles(shown)).toEqual(['two'])
  })

  it('makes one where the person is, and goes there', async () => {
    server.replies[RECENT] = page()
    server.replies['POST /documents'] = [200, made('new')]
    const shown = await open()
    expect(shown.text()).toContain('Your documents will be here')
    await shown.findAll('button').find((each) => each.text() === 'New document')!.trigger('click')
    await flushPromises()
    expect(shown.router.currentRoute.value.path).toBe('/documents/new')
  })
})

describe('a list that cannot be asked for', () => {
  it('is the one that was answered last, for this person, until they sign out', async () => {
    server.replies[RECENT] = page(made('one'))
    await open()
    server.replies[RECENT] = 'lost'
    const kept = await open()
    expect(titles(kept)).toEqual(['one'])
    expect(kept.text()).toContain('The server cannot be reached.')
    expect(kept.find('[aria-label^="More for"]').exists()).toBe(false)
    await useSession().start(who('grace') as unknown as Who)
    expect((await open()).text()).toContain('The server cannot be reached right now.')
    dropDrafts()
    expect(localStorage.length).toBe(0)
  })

  it('is asked for again once the network is there', async () => {
    server.replies[RECENT] = 'lost'
    const shown = await open()
    server.replies[RECENT] = page(made('one'))
    window.dispatchEvent(new Event('online'))
    await flushPromises()
    expect(titles(shown)).toEqual(['one'])
  })

  it('says why it is refused', async () => {
    server.replies['GET /documents?list=mine&folder=x'] = [404, { code: 'FOLDER_NOT_FOUND', message: 'x' }]
    expect((await open('/documents?list=mine&folder=x')).text()).toContain('That folder is not there any more.')
  })
})

describe('a change', () => {
  async function rename(shown: Shown, title: string, key = 'enter') {
    await shown.get('[data-row]').trigger('keydown', { key: 'F2' })
    await shown.get('[data-id] input').setValue(title)
    await shown.get('[data-id] input').trigger(`keydown.${key}`)
  }

  it('of a name is shown at once, and taken back where it is refused', async () => {
    server.replies[RECENT] = page(made('one'))
    let answer: (reply: [number, unknown]) => void = () => {}
    server.replies['PATCH /documents/one'] = new Promise((resolve) => { answer = resolve })
    const shown = await open()
    await rename(shown, 'Plan')
    expect(titles(shown)).toEqual(['Plan'])
    expect(server.asked.at(-1)).toBe('PATCH /documents/one {"title":"Plan"}')
    answer([403, { code: 'NOT_ALLOWED', message: 'x' }])
    await flushPromises()
    expect(titles(shown)).toEqual(['one'])
    expect(useNotices().notices.value.at(-1)?.description).toContain('You may read this document')
  })

  it('that is broken off with Escape was none', async () => {
    server.replies[RECENT] = page(made('one'))
    const shown = await open()
    await rename(shown, 'Plan', 'esc')
    await flushPromises()
    expect(server.asked).toEqual([RECENT])
    expect(titles(shown)).toEqual(['one'])
  })
})

describe('the search', () => {
  const found = (id: string, ...snippet: object[]): Reply => [200, { documents: [{ ...made(id), snippet }] }]

  async function type(shown: Shown, words: string) {
    await shown.get('input[type="search"]').setValue(words)
    await vi.advanceTimersByTimeAsync(250)
    await flushPromises()
  }

  beforeEach(() => { vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }) })
  afterEach(() => { vi.useRealTimers() })

  it('marks what it found, and stands in the address', async () => {
    server.replies[RECENT] = page(made('one'))
    server.replies['GET /documents/search?q=two%20b'] = found('two', { text: 'a ', hit: false }, { text: 'two', hit: true })
    const shown = await open()
    await type(shown, 'two b')
    expect(server.asked.at(-1)).toBe('GET /documents/search?q=two%20b')
    expect(shown.findAll('mark').map((each) => each.text())).toEqual(['two'])
    expect(shown.router.currentRoute.value.query.q).toBe('two b')
    await shown.get('input[type="search"]').trigger('keydown.esc')
    await flushPromises()
    expect(titles(shown)).toEqual(['one'])
  })

  it('asks once somebody pauses, and takes the last answer', async () => {
    server.replies[RECENT] = page()
    let answer: (reply: [number, unknown]) => void = () => {}
    server.replies['GET /documents/search?q=on'] = new Promise((resolve) => { answer = resolve })
    server.replies['GET /documents/search?q=one'] = found('one')
    const shown = await open()
    await shown.get('input[type="search"]').setValue('o')
    await type(shown, 'on')
    await type(shown, 'one')
    answer([200, { documents: [{ ...made('late'), snippet: [] }] }])
    await flushPromises()
    expect(server.asked.filter((each) => each.includes('search'))).toHaveLength(2)
    expect(shown.get('[data-row]').text()).toBe('one')
  })

  it('has the focus at a slash, unless one is writing', async () => {
    server.replies[RECENT] = page(made('one'))
    const shown = await open()
    window.dispatchEvent(new KeyboardEvent('keydown', { key: '/' }))
    expect(document.activeElement).toBe(shown.get('input[type="search"]').element)
  })
})
