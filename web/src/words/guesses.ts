import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common'
import { EARLY, LONGER, personalWords } from '@/words/personal'
import type { Guessed, Level } from '@/words/strength'

/** Time grows with the square of the length; what comes behind it makes a password no weaker. */
const LONGEST = 64
const LEVELS: Level[] = ['weak', 'weak', 'fair', 'good', 'strong']

const zxcvbn = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs })

/** How many guesses a password withstands, by those who know what is guessed first and `about` its owner. */
export function strengthByGuesses(password: string, about: readonly string[] = []): Guessed {
  const { score, sequence } = zxcvbn.check(password.normalize('NFKC').slice(0, LONGEST), personalWords(about))
  if (score > 2) return { level: LEVELS[score] ?? 'strong', advice: '' }
  const known = sequence.some(({ pattern }) => pattern === 'dictionary')
  return { level: LEVELS[score] ?? 'weak', advice: known ? EARLY : LONGER }
}
