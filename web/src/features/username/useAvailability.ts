import { shallowRef, watch } from 'vue'
import { ask } from '@/ask'
import { isAvailable, objection } from '@/features/username/username'

const PAUSE = 400

/** Whether somebody else has the name, asked for in a pause of typing; unknown where it is no name, or one's own. */
export function useAvailability(name: () => string, own: () => string | null | undefined) {
  const known = shallowRef<'unknown' | 'free' | 'taken'>('unknown')

  async function look(asked: string, isOver: () => boolean): Promise<void> {
    const { data } = await ask(isAvailable(asked))
    if (data && !isOver()) known.value = data.available ? 'free' : 'taken'
  }

  watch(() => name().trim(), (asked, _before, onCleanup) => {
    known.value = 'unknown'
    if (objection(asked) || asked.toLowerCase() === own()?.toLowerCase()) return
    let over = false
    const timer = setTimeout(() => void look(asked, () => over), PAUSE)
    onCleanup(() => {
      over = true
      clearTimeout(timer)
    })
  }, { immediate: true })

  return known
}
