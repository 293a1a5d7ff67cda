type Role = 'owner' | 'editor' | 'commenter' | 'reader'
/** What may be given to others. */
export type Given = 'editor' | 'reader'

export interface Person {
  id: string
  name: string
  image: string | null
  /** There for those who may share. */
  email?: string | null
}

/** All that a person owns outside the trash, and who could own it in their place. */
export interface Owned { documents: number, shared: number, people: Person[] }

/** A document without what is written in it, as the API answers it; times are ISO. */
export interface Document {
  id: string
  title: string
  icon: string | null
  role: Role
  owner: Person
  folderId: string | null
  shared: boolean
  createdAt: string | Date
  updatedAt: string | Date
  deletedAt: string | Date | null
}

export interface Folder { id: string, name: string, parentId: string | null }

export type ListName = 'recent' | 'mine' | 'shared' | 'trash'

/** Which list is shown, and of the person's own in which folder. */
export interface Place { list: ListName, folder: string | null }

export interface Page { documents: Document[], folders: Folder[], next: string | null }

/** A document that a search has found, with what stands around the words. */
export interface Found extends Document { snippet: { text: string, hit: boolean }[] }

/** Somebody who has access, or was invited. */
export interface Member {
  id: string
  person: Person | null
  email: string | null
  role: Given
  expiresAt: string | Date | null
  byLink: boolean
}

export interface Link { id: string, role: Given, expiresAt: string | Date | null, createdAt?: string | Date }

/** Its secret is shown once. */
export interface NewLink extends Link { url: string }

export interface Access {
  owner: Person
  people: Member[]
  links: Link[]
  requests: { person: Person }[]
}
