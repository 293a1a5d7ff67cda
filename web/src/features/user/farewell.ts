import { boot } from '@/boot'
import { dropDrafts } from '@/form/useDraft'

/** After the account is deleted, a page of its own tells so: nothing of the account stays in memory. */
export function sayFarewell(): void {
  dropDrafts()
  window.location.replace(`${boot.settings.app.home ? '/login' : '/'}?account=deleted`)
}
