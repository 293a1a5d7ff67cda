import type { Router } from 'vue-router'
import { useNotices } from '@/shell/useNotices'

/** On the page that somebody gets to whose account is deleted: says that it is, once. */
export function bidFarewell(router: Router): void {
  useNotices().tell({ title: 'Your account is deleted', description: 'Nothing of it is left here.', kind: 'success' })
  void router.replace(router.currentRoute.value.path)
}
