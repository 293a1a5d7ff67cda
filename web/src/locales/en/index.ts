import { account } from './account'
import { core } from './core'
import { emailPassword } from './emailPassword'
import { picture } from './picture'
import { session } from './session'

const SENTENCES: Record<string, string> = { ...core, ...session, ...emailPassword, ...account, ...picture }

/** What an error code means, in a sentence; "CODE.field" falls back to "CODE". */
export function sentence(code: string): string {
  return SENTENCES[code] ?? SENTENCES[code.split('.')[0] ?? ''] ?? SENTENCES.UNKNOWN ?? ''
}

/** Whether there is a sentence for the code. */
export function hasSentence(code: string): boolean {
  return Object.hasOwn(SENTENCES, code)
}
