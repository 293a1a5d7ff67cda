import { boot } from '@/boot'
import { dropDrafts } from '@/form/useDraft'
import { dropCopies } from '@/shell/copies'
import { retireWorker } from '@/shell/device'

/** After the account is deleted, a page of its own tells so: nothing of the account stays in memory. */
export function sayFarewell(): void {
  dropDrafts()
  void dropCopies(boot.session?.user.id ?? '')
  void retireWorker()
  window.location.replace(`${boot.settings.app.home ? '/login' : '/'}?account=deleted`)
}
