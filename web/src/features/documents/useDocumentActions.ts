import { useRouter } from 'vue-router'
import type { Answer, Problem } from '@/ask'
import * as api from '@/features/documents/api'
import { titleOf } from '@/features/documents/names'
import type { Document, Folder } from '@/features/documents/types'
import type { useDocumentList } from '@/features/documents/useDocumentList'
import { useNotices } from '@/shell/useNotices'
import { t } from '@/words/t'

type List = Pick<ReturnType<typeof useDocumentList>, 'documents' | 'load'>

const { tell } = useNotices()

/** What a list shows for now, until the server has answered. */
function useRows({ documents, load }: List) {
  function replace(changed: Document): void {
    documents.value = documents.value?.map((each) => (each.id === changed.id ? changed : each)) ?? null
  }

  function drop({ id }: Document): void {
    documents.value = documents.value?.filter((each) => each.id !== id) ?? null
  }

  /** Says what was not done; what the server has refused looks otherwise by now. */
  function refuse(title: string, problem: Problem): void {
    tell({ title, description: problem.text, kind: 'error' })
    if (problem.kind === 'refused') void load()
  }

  async function settle<T>(title: string, asked: Promise<Answer<T>>): Promise<T | null> {
    const { data, problem } = await asked
    if (problem) refuse(title, problem)
    return problem ? null : data
  }

  return { documents, load, replace, drop, refuse, settle }
}

type Rows = ReturnType<typeof useRows>

function useChanges({ replace, settle, load }: Rows) {
  const router = useRouter()

  /** Makes one, and goes there. */
  async function create(folderId: string | null): Promise<void> {
    const made = await settle(t('No document was made'), api.create({ ...(folderId && { folderId }) }))
    if (made) await router.push(`/documents/${made.id}`)
  }

  /** Shows a change, and what was there before where it is refused. */
  async function change(document: Document, changes: Partial<Pick<Document, 'title' | 'icon'>>): Promise<void> {
    replace({ ...document, ...changes })
    const changed = await settle(t('The change was not saved'), api.change(document.id, changes))
    replace(changed ?? document)
  }

  async function move(document: Document, folder: Folder | null): Promise<void> {
    const moved = await settle(t('It was not moved'), api.change(document.id, { folderId: folder?.id ?? null }))
    if (!moved) return
    const where = folder?.name ?? t('My documents')
    tell({ title: t('{title} is in {folder}', { title: titleOf(document), folder: where }), kind: 'success' })
    await load()
  }

  async function duplicate(document: Document): Promise<void> {
    const copy = await settle(t('It was not duplicated'), api.duplicate(document.id))
    if (!copy) return
    tell({ title: t('{title} is there', { title: titleOf(copy) }), kind: 'success' })
    await load()
  }

  return { create, change, move, duplicate }
}

function useTrash({ documents, drop, refuse, settle, load }: Rows) {
  async function restore(document: Document): Promise<void> {
    drop(document)
    const back = await settle(t('It was not restored'), api.restore(document.id))
    if (back) tell({ title: t('{title} is back', { title: titleOf(document) }), kind: 'success' })
    await load()
  }

  /** To the trash, which may be undone where it is told. */
  async function remove(document: Document): Promise<void> {
    const before = documents.value
    drop(document)
    const { problem } = await api.remove(document.id)
    if (!problem) {
      const action = { label: t('Undo'), run: () => void restore(document) }
      return tell({ title: t('{title} is in the trash', { title: titleOf(document) }), action })
    }
    documents.value = before
    refuse(t('It was not deleted'), problem)
  }

  async function removeForever(document: Document): Promise<void> {
    const gone = await settle(t('It was not deleted'), api.removeForever(document.id))
    if (!gone) return
    drop(document)
    tell({ title: t('{title} is deleted for good', { title: titleOf(document) }), kind: 'success' })
  }

  return { restore, remove, removeForever }
}

function useFolders({ settle, load }: Rows) {
  async function changeFolder(folder: Folder, changes: Partial<Pick<Folder, 'name' | 'parentId'>>): Promise<void> {
    await settle(t('The change was not saved'), api.changeFolder(folder.id, changes))
    await load()
  }

  async function removeFolder(folder: Folder): Promise<void> {
    const gone = await settle(t('It was not deleted'), api.removeFolder(folder.id))
    const description = t('The documents in it are in the trash.')
    if (gone) tell({ title: t('{title} is deleted', { title: folder.name }), description })
    await load()
  }

  return { changeFolder, removeFolder }
}

/** What is done with the documents of a list: shown at once, and taken back where the server refuses. */
export function useDocumentActions(list: List) {
  const rows = useRows(list)
  return { drop: rows.drop, ...useChanges(rows), ...useTrash(rows), ...useFolders(rows) }
}
