import type { Document, Folder } from '@/features/documents/types'

/** What a dialog of the list is about. */
export type Question =
  | { about: 'icon' | 'share' | 'move' | 'forever' | 'leave', document: Document }
  | { about: 'move folder' | 'remove folder', folder: Folder }
  | { about: 'new folder', parentId: string | null }
