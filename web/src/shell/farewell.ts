import type { Router } from 'vue-router'
import { useNotices } from '@/shell/useNotices'
import { t } from '@/words/t'

/** On the page that somebody gets to whose account is deleted: says that it is, once. */
export function bidFarewell(router: Router): void {
  useNotices().tell({ title: t('Your account is deleted'), description: t('Nothing of it is left here.'), kind: 'success' })
  void router.replace(router.currentRoute.value.path)
}
