import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import { boot } from '@/boot'
import { strengthAtOnce, type Guessed, type Strength } from '@/words/strength'
import { APP, t } from '@/words/t'

interface Question { password: string, about: string[] }

/** A worker that is asked one question at a time; what was typed meanwhile is the next. */
function useGuesses(tell: (found: Strength | null) => void) {
  let worker: Worker | null = null
  let busy = false
  let next: Question | null = null

  function begin(): Worker {
    const begun = new Worker(new URL('./strengthWorker.ts', import.meta.url), { type: 'module' })
    begun.onmessage = ({ data }: MessageEvent<Guessed>) => {
      busy = false
      tell({ ...data, advice: data.advice && t(data.advice) })
      if (next) ask(next)
    }
    // It could not be loaded: nothing is claimed of what nobody has looked at.
    begun.onerror = () => tell(null)
    return begun
  }

  function ask(question: Question) {
    next = busy ? question : null
    if (busy) return
    busy = true
    try {
      worker ??= begin()
      worker.postMessage(question)
    } catch {
      tell(null)
    }
  }

  onScopeDispose(() => worker?.terminate())
  return ask
}

/** How strong a password is while it is typed: what is known at once, then what a worker has found, which is loaded
 * with the first key. */
export function useStrength(password: () => string, person: () => string[]) {
  // The app's name is guessed as early as the person's own.
  const about = () => [...person(), APP]
  const atOnce = computed(() => strengthAtOnce(password(), about(), boot.settings.passwordMinLength))
  const found = shallowRef<Strength | null>(null)
  const ask = useGuesses((strength) => { found.value = strength })

  watch([password, about], () => {
    if (atOnce.value.level === 'empty') found.value = null
    else ask({ password: password(), about: about() })
  }, { immediate: true })

  return computed(() => (atOnce.value.level === 'unknown' ? found.value ?? atOnce.value : atOnce.value))
}
