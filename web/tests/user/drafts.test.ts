import { mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import type { User } from '@/auth'
import NameCard from '@/features/user/NameCard.vue'
import { useSignOut } from '@/shell/useSignOut'

vi.hoisted(() => {
  globalThis.fetch = async () => new Response('{"success":true}', { headers: { 'content-type': 'application/json' } })
})

const ada = { id: 'u', name: 'Ada', email: 'ada@example.com' } as User
const input = (user: User) => mount(NameCard, { props: { user } }).find('input')

async function type(text: string) {
  await input(ada).setValue(text)
  await nextTick()
}

describe('a draft', () => {
  beforeEach(() => { sessionStorage.clear() })

  it('comes back to the person who typed it, and to nobody else', async () => {
    await type('Ada King')
    expect(input(ada).element.value).toBe('Ada King')
    expect(input({ ...ada, id: 'v', name: 'Bob' }).element.value).toBe('Bob')
  })

  it('is gone after a sign-out on purpose', async () => {
    await type('Ada King')
    await useSignOut().signOut()
    expect(sessionStorage.length).toBe(0)
    expect(input(ada).element.value).toBe('Ada')
  })
})
