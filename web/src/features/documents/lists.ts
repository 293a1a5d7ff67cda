import type { Component } from 'vue'
import type { LocationQuery } from 'vue-router'
import type { ListName, Place } from '@/features/documents/types'
import type { Plain } from '@/words/t'
import IconClock from '~icons/lucide/clock'
import IconFiles from '~icons/lucide/files'
import IconTrash from '~icons/lucide/trash-2'
import IconUsers from '~icons/lucide/users'

interface List {
  name: ListName
  title: Plain
  /** Where there is little room. */
  short?: Plain
  icon: Component
  /** What stands in place of a list with nothing in it. */
  empty: { title: Plain, text: Plain }
}

export const LISTS: readonly List[] = [
  {
    name: 'recent', title: 'Recent', icon: IconClock,
    empty: { title: 'Your documents will be here', text: 'Begin one, alone or with others. What you write is saved as you type.' },
  },
  {
    name: 'mine', title: 'My documents', short: 'Mine', icon: IconFiles,
    empty: { title: 'Nothing in here yet', text: 'Begin a document, or make a folder to put several into.' },
  },
  {
    name: 'shared', title: 'Shared with me', short: 'Shared', icon: IconUsers,
    empty: { title: 'Nobody has shared anything with you yet', text: 'What others let you read or write stands here.' },
  },
  {
    name: 'trash', title: 'Trash', icon: IconTrash,
    empty: { title: 'The trash is empty', text: 'What you delete waits here, until you delete it for good.' },
  },
]

export function listOf(name: ListName): List {
  return LISTS.find((each) => each.name === name)!
}

/** Which place an address means; one that names none means what was changed last. */
export function placeOf({ list, folder }: LocationQuery): Place {
  const found = LISTS.find(({ name }) => name === list)?.name ?? 'recent'
  return { list: found, folder: found === 'mine' && typeof folder === 'string' && folder !== 'root' ? folder : null }
}
