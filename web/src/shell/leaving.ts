import { h, render, type AppContext } from 'vue'
import { countUnsaved, dropCopies } from '@/shell/copies'

/** Asks in a dialog of its own, wherever on the page the question comes from. */
async function confirm(count: number, context: AppContext | null): Promise<boolean> {
  const { default: SignOutDialog } = await import('@/shell/SignOutDialog.vue')
  const place = document.body.appendChild(document.createElement('div'))
  return new Promise((resolve) => {
    const onAnswer = (answer: boolean) => {
      render(null, place)
      place.remove()
      resolve(answer)
    }
    const dialog = h(SignOutDialog, { count, onAnswer })
    dialog.appContext = context
    render(dialog, place)
  })
}

/** What the server does not have of somebody's documents is lost when they sign out: only if they say so. */
export async function mayLeave(userIds: readonly string[], context: AppContext | null): Promise<boolean> {
  const counts = await Promise.all(userIds.map(countUnsaved))
  const count = counts.reduce((sum, each) => sum + each, 0)
  return count === 0 || confirm(count, context)
}

/** Nothing of their documents is left on this device. */
export function leaveNothing(userIds: readonly string[]): void {
  userIds.forEach((userId) => void dropCopies(userId))
}
