import type { Plain } from '@/words/t'

export const EARLY: Plain = 'It contains a word that is guessed early.'
export const LONGER: Plain = 'A few unrelated words make it much stronger.'

/** What the server leaves besides words that anybody knows: a year, or less. */
const MOST_LEFT = 4
const SHORTEST_WORD = 3
const LONGEST_TEXT = 200

const fold = (text: string) => text.normalize('NFKC').toLowerCase()
const lettersOf = (text: string) => fold(text).replace(/[^\p{L}\p{N}]+/gu, '')

/** Words that anybody who knows the person would try: name, address, what is before its @, and the parts of them. */
export function personalWords(about: readonly string[]): string[] {
  const words = about.flatMap((each) => {
    const text = fold(each.slice(0, LONGEST_TEXT))
    return [...text.split(/[^\p{L}\p{N}]+/u), lettersOf(text), lettersOf(text.split('@', 1)[0] ?? '')]
  })
  const long = words.filter((word) => word.length >= SHORTEST_WORD)
  return [...new Set(long)].sort((one, other) => other.length - one.length)
}

export function isMadeOf(password: string, words: readonly string[]): boolean {
  const whole = lettersOf(password)
  const rest = words.reduce((left, word) => left.replaceAll(word, ''), whole)
  return rest.length < whole.length && rest.length <= MOST_LEFT
}
