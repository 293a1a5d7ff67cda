import type { DropdownMenuItem } from '@nuxt/ui'
import type { Component, InjectionKey } from 'vue'

/** What the account menu shows besides, where several people can be signed in at one browser. */
export interface Switcher {
  /** Whether somebody else is signed in here, too. */
  hasOthers: () => boolean
  /** The others' ids. */
  others: () => string[]
  /** The others, and what is to be done with them. */
  items: () => DropdownMenuItem[]
  /** Asks who they are. */
  load: () => Promise<void>
  /** A dialog about them, where one is open. */
  dialog: () => Component | null
  /** Closes it. */
  close: () => void
}

/** Fetches it; null where the server knows one person at a time. */
export const SWITCHER: InjectionKey<(() => Promise<Switcher>) | null> = Symbol('switcher')
