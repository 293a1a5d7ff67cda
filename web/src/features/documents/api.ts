import { ask, type Answer, type Watch } from '@/ask'
import { auth } from '@/auth'
import { sentences } from '@/features/documents/sentences'
import type { Access, Document, Folder, Found, Given, Member, NewLink, Owned, Page, Place } from '@/features/documents/types'
import { learn } from '@/sentence'

learn(sentences)

const API = `${window.location.origin}/api`
type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

function call<T>(method: Method, path: string, body?: object) {
  return (watch: Watch) => auth.$fetch<T>(API + path, { method, ...(body && { body }), ...watch })
}

function send<T>(method: Method, path: string, body?: object): Promise<Answer<T>> {
  return ask<T>(call<T>(method, path, body))
}

const at = (id: string) => `/documents/${encodeURIComponent(id)}`
/** The text of a document, as a file. */
export const fileAt = (id: string, format: 'markdown' | 'html') => `${API}${at(id)}/content?format=${format}&download=true`

const folderAt = (id: string) => `/folders/${encodeURIComponent(id)}`

/** One page of a list; of the person's own those in one folder, or in none. */
export function list({ list: name, folder }: Place, before: string | null = null): Promise<Answer<Page>> {
  const query = new URLSearchParams({ list: name })
  if (name === 'mine') query.set('folder', folder ?? 'root')
  if (before) query.set('before', before)
  return send('GET', `/documents?${query}`)
}

export const search = (words: string) => send<{ documents: Found[] }>('GET', `/documents/search?${new URLSearchParams({ q: words })}`)

export const read = (id: string) => send<Document>('GET', at(id))
export const create = (body: { title?: string, folderId?: string | null }) => send<Document>('POST', '/documents', body)

export const change = (id: string, changes: Partial<Pick<Document, 'title' | 'icon' | 'folderId'>>) =>
  send<Document>('PATCH', at(id), changes)

export const remove = (id: string) => send<object>('DELETE', at(id))
export const removeForever = (id: string) => send<object>('DELETE', `${at(id)}?forever=true`)
export const restore = (id: string) => send<Document>('POST', `${at(id)}/restore`, {})
export const duplicate = (id: string) => send<Document>('POST', `${at(id)}/duplicate`, {})
export const leave = (id: string) => send<object>('POST', `${at(id)}/leave`, {})
export const transfer = (id: string, userId: string) => send<Document>('POST', `${at(id)}/transfer`, { userId })
export const requestAccess = (id: string) => send<object>('POST', `${at(id)}/access/request`, {})
export const join = (token: string) => send<Document>('POST', '/documents/join', { token })

export const folders = (watch: Watch) => call<Page>('GET', '/documents?list=mine&folder=root')(watch)
export const changeFolder = (id: string, changes: Partial<Pick<Folder, 'name' | 'parentId'>>) =>
  send<Folder>('PATCH', folderAt(id), changes)
export const removeFolder = (id: string) => send<object>('DELETE', folderAt(id))
export const createFolder = (name: string, parentId: string | null) =>
  call<Folder>('POST', '/folders', { name, ...(parentId && { parentId }) })

/** All that is the person's: as one file, or somebody else's. */
export const EVERYTHING = `${API}/documents/export`
export const owned = (watch: Watch) => call<Owned>('GET', '/documents/hand-over')(watch)
export const handOver = (userId: string) => send<{ documents: number }>('POST', '/documents/hand-over', { userId })

/** Who has access; the calls that change it go through a form, or say what went wrong where they are made. */
export const access = (id: string) => call<Access>('GET', `${at(id)}/access`)
export const accessNow = (id: string) => ask(access(id))
export const invite = (id: string, email: string, role: Given) => call<Member>('POST', `${at(id)}/access`, { email, role })
export const makeLink = (id: string, role: Given, expiresAt: string | null) =>
  call<NewLink>('POST', `${at(id)}/access`, { link: true, role, ...(expiresAt && { expiresAt }) })
export const giveAccess = (id: string, userId: string, role: Given) => send<Member>('POST', `${at(id)}/access`, { userId, role })
export const decline = (id: string, userId: string) => send<object>('DELETE', `${at(id)}/access/${encodeURIComponent(userId)}`)
export const changeAccess = (id: string, accessId: string, role: Given) =>
  send<Member>('PATCH', `${at(id)}/access/${encodeURIComponent(accessId)}`, { role })
export const removeAccess = (id: string, accessId: string) =>
  send<object>('DELETE', `${at(id)}/access/${encodeURIComponent(accessId)}`)
