import type { DropdownMenuItem } from '@nuxt/ui'
import type { Document } from '@/features/documents/types'
import { t } from '@/words/t'
import IconCopy from '~icons/lucide/copy'
import IconFolderInput from '~icons/lucide/folder-input'
import IconLogOut from '~icons/lucide/log-out'
import IconPencil from '~icons/lucide/pencil'
import IconRestore from '~icons/lucide/rotate-ccw'
import IconSmile from '~icons/lucide/smile'
import IconTrash from '~icons/lucide/trash-2'
import IconUserPlus from '~icons/lucide/user-plus'

/** What can be done with a document in a list. */
export type Act = 'rename' | 'icon' | 'share' | 'duplicate' | 'move' | 'remove' | 'restore' | 'forever' | 'leave'

const ALL: Record<Act, (document: Document) => DropdownMenuItem> = {
  rename: () => ({ label: t('Rename'), icon: IconPencil }),
  icon: () => ({ label: t('Choose an icon…'), icon: IconSmile }),
  share: ({ role }) => ({ label: role === 'reader' ? t('Who has access…') : t('Share…'), icon: IconUserPlus }),
  duplicate: () => ({ label: t('Duplicate'), icon: IconCopy }),
  move: () => ({ label: t('Move…'), icon: IconFolderInput }),
  remove: () => ({ label: t('Delete'), icon: IconTrash, color: 'error' }),
  restore: () => ({ label: t('Restore'), icon: IconRestore }),
  forever: () => ({ label: t('Delete for good…'), icon: IconTrash, color: 'error' }),
  leave: () => ({ label: t('Leave…'), icon: IconLogOut, color: 'error' }),
}

function actsOf({ role, deletedAt }: Document): Act[][] {
  if (deletedAt) return role === 'owner' ? [['restore'], ['forever']] : []
  if (role === 'owner') return [['rename', 'icon'], ['share', 'duplicate', 'move'], ['remove']]
  if (role === 'editor') return [['rename', 'icon'], ['share', 'duplicate'], ['leave']]
  return [['share', 'duplicate'], ['leave']]
}

/** The menu of a document: what the person may do with it. */
export function itemsOf(document: Document, choose: (act: Act) => void): DropdownMenuItem[][] {
  return actsOf(document).map((group) => group.map((act) => ({ ...ALL[act](document), onSelect: () => choose(act) })))
}
