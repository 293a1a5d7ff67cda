import { flushPromises, mount } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { defineComponent } from 'vue'
import { useAccounts } from '@/features/account/useAccounts'
import { hasPassword } from '@/session/hasPassword'

const server = vi.hoisted(() => {
  const state = { status: 200, body: null as unknown }
  globalThis.fetch = async () => new Response(JSON.stringify(state.body), {
    status: state.status, headers: { 'content-type': 'application/json' },
  })
  return state
})

async function open(status: number, ...providers: string[]) {
  const body = providers.map((providerId) => ({ id: providerId, providerId, createdAt: '2026-11-22T12:00:00.000Z' }))
  Object.assign(server, { status, body })
  const page = mount(defineComponent({ setup: useAccounts, template: '<p />' }))
  await flushPromises()
  return page
}

describe('useAccounts', () => {
  it('tells whether there is a password to confirm with, and believes so until it knows', async () => {
    await open(200, 'google')
    expect(hasPassword.value).toBe(false)
    await open(500)
    expect(hasPassword.value).toBe(true)
    await open(200, 'google', 'credential')
    expect(hasPassword.value).toBe(true)
  })

  it('brings back what the server did not unlink', async () => {
    const page = await open(200, 'google', 'credential')
    Object.assign(server, { status: 500, body: null })
    const done = page.vm.unlink(page.vm.accounts![0]!)
    expect(page.vm.accounts?.map(({ id }) => id)).toEqual(['credential'])
    await done
    expect(page.vm.accounts?.map(({ id }) => id)).toEqual(['google', 'credential'])
  })
})
