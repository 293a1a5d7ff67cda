import { boot } from '@/boot'
import { dropDrafts } from '@/form/useDraft'
import { dropCopies } from '@/shell/copies'

/** After the account is deleted, a page of its own tells so: nothing of the account stays in memory. */
export function sayFarewell(): void {
  dropDrafts()
  void dropCopies(boot.session?.user.id ?? '')
  window.location.replace(`${boot.settings.app.home ? '/login' : '/'}?account=deleted`)
}
