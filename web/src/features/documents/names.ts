import type { Document, Folder } from '@/features/documents/types'
import { t } from '@/words/t'

/** What a document is called where it has no title. */
export function titleOf({ title }: Pick<Document, 'title'>): string {
  return title.trim() || t('Untitled')
}

/** From the outermost folder to this one; a chain that leads in a circle, or nowhere, ends there. */
export function pathTo(id: string | null, folders: readonly Folder[]): Folder[] {
  const path: Folder[] = []
  for (let next = id; next; next = path[0]?.parentId ?? null) {
    const found = folders.find((each) => each.id === next)
    if (!found || path.includes(found)) break
    path.unshift(found)
  }
  return path
}

/** The folders as a tree is read, each with how deep it lies; none of them is the one left out, or lies in it. */
export function treeOf(folders: readonly Folder[], without: string | null = null) {
  const inside = (parent: string | null, depth: number): { folder: Folder, depth: number }[] => folders
    .filter((each) => each.parentId === parent && each.id !== without)
    .flatMap((folder) => [{ folder, depth }, ...inside(folder.id, depth + 1)])
  return inside(null, 1)
}
