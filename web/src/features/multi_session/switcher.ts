import type { DropdownMenuItem } from '@nuxt/ui'
import { shallowRef, type Component } from 'vue'
import type { Who } from '@/auth'
import { load, nameOf, others, people, switchTo } from '@/features/multi_session/people'
import PeopleDialog from '@/features/multi_session/PeopleDialog.vue'
import { ADD_PAGE } from '@/session/adding'
import type { Switcher } from '@/shell/switcher'
import { initial } from '@/words/initial'
import { pictureAddress } from '@/words/picture'
import { t } from '@/words/t'
import IconUserMinus from '~icons/lucide/user-minus'
import IconUserPlus from '~icons/lucide/user-plus'

/** As many as the server keeps for one browser. */
const MOST = 5

const dialog = shallowRef<Component | null>(null)

function itemOf(who: Who): DropdownMenuItem {
  const { name, email, image } = who.user
  return {
    label: nameOf(who),
    description: email,
    avatar: { src: pictureAddress(image), text: initial(name), alt: '' },
    onSelect: () => void switchTo(who),
  }
}

/** The page for it is shown by the server alone to who is signed in. */
const add: DropdownMenuItem = {
  label: t('Add another account'),
  icon: IconUserPlus,
  onSelect: () => window.location.assign(ADD_PAGE),
}

const leave: DropdownMenuItem = {
  label: t('Sign out of one'),
  icon: IconUserMinus,
  onSelect: () => { dialog.value = PeopleDialog },
}

function items(): DropdownMenuItem[] {
  const found = others.value.map(itemOf)
  return [
    ...(found.length > 0 ? [{ type: 'label' as const, label: t('Also signed in here') }, ...found] : []),
    ...(people.value.length < MOST ? [add] : []),
    ...(found.length > 0 ? [leave] : []),
  ]
}

export const switcher: Switcher = {
  items,
  load,
  others: () => others.value.map(({ user }) => user.id),
  hasOthers: () => others.value.length > 0,
  dialog: () => dialog.value,
  close: () => { dialog.value = null },
}
