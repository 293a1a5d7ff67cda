import { boot } from '@/boot'
import { FEATURES } from '@/features'
import { core } from '@/words/core'
import { raw, t, type Sentence } from '@/words/t'

const SENTENCES: Record<string, Sentence> = Object.assign({}, core, ...FEATURES.map(({ sentences }) => sentences))

/** Adds the sentences of a feature that most servers do without: they are loaded with what brings its codes about. */
export function learn(sentences: Record<string, Sentence>): void {
  Object.assign(SENTENCES, sentences)
}

/** What an error code means, in a sentence; "CODE.field" falls back to "CODE". */
export function sentence(code: string): string {
  const found = SENTENCES[code] ?? SENTENCES[code.split('.')[0] ?? ''] ?? core.UNKNOWN
  return raw(found!).replace('{address}', () => boot.settings.address ?? t('its usual address'))
}

/** Whether there is a sentence for the code. */
export function hasSentence(code: string): boolean {
  return Object.hasOwn(SENTENCES, code)
}
