import { EARLY, isMadeOf, LONGER, personalWords } from '@/words/personal'
import { plural, t, type Plain } from '@/words/t'

export type Level = 'empty' | 'unknown' | 'weak' | 'fair' | 'good' | 'strong'

export interface Strength {
  level: Level
  /** What would help, where something does. */
  advice: string
}

/** What a worker says, which knows no language. */
export interface Guessed {
  level: Level
  advice: Plain | ''
}

/** What can be said at once, and is never more than what guessing it says: that is in `guesses.ts`, and comes later. */
export function strengthAtOnce(password: string, about: readonly string[] = [], minLength = 8): Strength {
  if (!password) return { level: 'empty', advice: '' }
  const needed = minLength - password.length
  if (needed > 0) return { level: 'weak', advice: plural(needed, '1 more character needed.', '{count} more characters needed.') }
  if (isMadeOf(password, personalWords(about))) return { level: 'weak', advice: t(EARLY) }
  return { level: 'unknown', advice: t(LONGER) }
}
