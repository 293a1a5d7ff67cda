import type { DropdownMenuItem } from '@nuxt/ui'
import type { Editor } from '@tiptap/core'
import { t } from '@/words/t'
import IconHeader from '~icons/lucide/panel-top'
import IconTrash from '~icons/lucide/trash-2'
import IconBelow from '~icons/lucide/between-horizontal-end'
import IconAbove from '~icons/lucide/between-horizontal-start'
import IconAfter from '~icons/lucide/between-vertical-end'
import IconBefore from '~icons/lucide/between-vertical-start'

/** What can be done to the table where the cursor is. */
export function tableItems(editor: Editor): DropdownMenuItem[][] {
  const chain = () => editor.chain().focus()
  return [
    [
      { label: t('Add a row above'), icon: IconAbove, onSelect: () => chain().addRowBefore().run() },
      { label: t('Add a row below'), icon: IconBelow, onSelect: () => chain().addRowAfter().run() },
      { label: t('Add a column before'), icon: IconBefore, onSelect: () => chain().addColumnBefore().run() },
      { label: t('Add a column after'), icon: IconAfter, onSelect: () => chain().addColumnAfter().run() },
    ],
    [{ label: t('Header row on or off'), icon: IconHeader, onSelect: () => chain().toggleHeaderRow().run() }],
    [
      { label: t('Delete the row'), icon: IconTrash, onSelect: () => chain().deleteRow().run() },
      { label: t('Delete the column'), icon: IconTrash, onSelect: () => chain().deleteColumn().run() },
      { label: t('Delete the table'), icon: IconTrash, onSelect: () => chain().deleteTable().run() },
    ],
  ]
}
