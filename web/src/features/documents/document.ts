import { ask, type Watch } from '@/ask'
import { auth } from '@/auth'

interface Person { id: string, name: string, image: string | null }

/** A document as the API has it, without its text. */
export interface DocumentFacts {
  id: string
  title: string
  icon: string | null
  role: 'owner' | 'editor' | 'reader'
  owner: Person
  shared: boolean
}

export const addressOf = (id: string, rest = '') => `${window.location.origin}/api/documents/${encodeURIComponent(id)}${rest}`

function call<T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', address: string, body?: object) {
  return ask<T>((watch: Watch) => auth.$fetch<T>(address, { method, body, ...watch }))
}

export const fetchDocument = (id: string) => call<DocumentFacts>('GET', addressOf(id))
export const changeDocument = (id: string, change: { title?: string, icon?: string | null }) =>
  call<DocumentFacts>('PATCH', addressOf(id), change)
export const duplicateDocument = (id: string) => call<DocumentFacts>('POST', addressOf(id, '/duplicate'), {})
export const trashDocument = (id: string) => call<object>('DELETE', addressOf(id))

/** Who may read it, for those who want to name somebody in it. */
export async function fetchPeople(id: string): Promise<Person[]> {
  interface Access { owner: Person, people: { person: Person | null }[] }
  const { data } = await call<Access>('GET', addressOf(id, '/access'))
  return data ? [data.owner, ...data.people.flatMap(({ person }) => person ? [person] : [])] : []
}
