import { flushPromises, mount } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { defineComponent } from 'vue'
import LoadState from '@/shell/LoadState.vue'
import { useLoad } from '@/shell/useLoad'

const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: { template: '<p />' } }] })
const call = vi.fn()

const List = defineComponent({
  components: { LoadState },
  setup: () => useLoad<string[]>(call),
  template: `<LoadState :ready="data !== null" :pending="pending" :problem="problem" @load="load">
    <template #waiting><hr></template>
    <b>{{ data?.join() }}</b>
    <template #stale><i>Confirm</i></template>
  </LoadState>`,
})

const open = () => mount(List, { global: { plugins: [router] } })
const refused = (code: string) => ({ data: null, error: { status: 403, code } })

describe('what is loaded', () => {
  it('is waited for, and then shown', async () => {
    call.mockResolvedValueOnce({ data: ['one', 'two'], error: null })
    const list = open()
    expect([list.find('hr').exists(), list.text()]).toEqual([true, 'Loading'])
    await flushPromises()
    expect(list.text()).toBe('one,two')
  })

  it('can be asked for again where something went wrong', async () => {
    let answer!: (reply: object) => void
    const later = new Promise((resolve) => { answer = resolve })
    call.mockResolvedValueOnce(refused('NOT_FOUND')).mockReturnValueOnce(later)
    const list = open()
    await flushPromises()
    expect(list.get('[role="status"]').text()).toMatch(/not there any more.*Try again/)
    await list.get('button').trigger('click')
    expect(list.find('hr').exists()).toBe(true)
    answer({ data: ['one'], error: null })
    await flushPromises()
    expect(list.text()).toBe('one')
  })

  it('has another way out where the session is too old', async () => {
    call.mockResolvedValueOnce(refused('SESSION_NOT_FRESH'))
    const list = open()
    await flushPromises()
    expect([list.find('i').exists(), list.find('button').exists()]).toEqual([true, false])
  })

  it('stays while it is asked for again', async () => {
    call.mockResolvedValueOnce({ data: ['one'], error: null }).mockReturnValueOnce(new Promise(() => {}))
    const list = open()
    await flushPromises()
    void list.vm.load()
    await flushPromises()
    expect(list.text()).toBe('one')
  })
})
