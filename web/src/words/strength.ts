import { plural, t } from '@/words/t'

export type Level = 'empty' | 'weak' | 'fair' | 'good' | 'strong'

interface Strength {
  level: Level
  /** What would help, where something does. */
  advice: string
}

/** Roots of the passwords that guessers try first; a password made of one is as quickly found. */
const COMMON = `password passwort letmein welcome admin administrator login master qwerty azerty qwertz iloveyou
monkey dragon sunshine princess football baseball superman batman trustno shadow michael jordan killer hunter
secret summer winter spring autumn flower hello freedom whatever starwars pokemon cheese coffee orange banana
computer internet samsung google facebook access test guest changeme default love angel jesus family`.split(/\s+/)

const ROWS = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm']
const SEQUENCES = ROWS.flatMap((row) => [row, [...row].reverse().join('')])

const LEET: Record<string, string> = { 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', '@': 'a', $: 's', '!': 'i' }

function plain(text: string): string {
  return text.toLowerCase().replace(/[013457@$!]/g, (character) => LEET[character] ?? character)
}

function isSequence(three: string): boolean {
  return SEQUENCES.some((sequence) => sequence.includes(three))
}

/** How many characters a guesser has to find: repeats and runs of neighbours come for nothing. */
function surprises(text: string): number {
  const lower = text.toLowerCase()
  let count = 0
  for (let at = 0; at < lower.length; at++) {
    const three = lower.slice(at - 2, at + 1)
    const repeated = at > 1 && lower[at] === lower[at - 1] && lower[at] === lower[at - 2]
    count += repeated || (three.length === 3 && isSequence(three)) ? 0.2 : 1
  }
  return count
}

function withoutRepetition(text: string): string {
  return /^(.+?)\1+$/.exec(text)?.[1] ?? text
}

/** Words that anybody who knows the person would try: the parts of a name or an address. */
function personalWords(about: readonly string[]): string[] {
  return about.flatMap((text) => plain(text).split(/[^\p{L}\p{N}]+/u)).filter((word) => word.length > 2)
}

function bitsPerCharacter(text: string): number {
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\d/, /[^\p{L}\d]/u].filter((kind) => kind.test(text)).length
  return [0, 3.3, 4.2, 4.8, 5.2][kinds] ?? 0
}

function bits(password: string, known: readonly string[]): { bits: number, foundWord: boolean } {
  let rest = withoutRepetition(password)
  let words = 0
  for (const word of known) {
    const at = plain(rest).indexOf(word)
    if (at < 0) continue
    rest = rest.slice(0, at) + rest.slice(at + word.length)
    words++
  }
  return { bits: words * 4 + surprises(rest) * bitsPerCharacter(rest), foundWord: words > 0 }
}

function advise(level: Level, foundWord: boolean): string {
  if (level === 'good' || level === 'strong') return ''
  return foundWord ? t('It contains a word that is guessed early.') : t('A few unrelated words make it much stronger.')
}

/** An honest estimate of how long a password withstands guessing; advice only, the server has the last word. */
export function strengthOf(password: string, about: readonly string[] = [], minLength = 8): Strength {
  if (!password) return { level: 'empty', advice: '' }
  const needed = minLength - password.length
  if (needed > 0) return { level: 'weak', advice: plural(needed, '1 more character needed.', '{count} more characters needed.') }
  const found = bits(password, [...personalWords(about), ...COMMON])
  const level: Level = found.bits < 34 ? 'weak' : found.bits < 48 ? 'fair' : found.bits < 64 ? 'good' : 'strong'
  return { level, advice: advise(level, found.foundWord) }
}
