import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FEATURES } from '@/features'
import { hasSentence, learn, sentence } from '@/sentence'
import { captcha } from '@/words/captcha'
import { core } from '@/words/core'
import { providers } from '@/words/providers'
import { secondStep } from '@/words/secondStep'
import type { Sentence } from '@/words/t'

const ROOT = join(import.meta.dirname, '../../..')
const CODE = /"([A-Z]{2,}(?:_[A-Z]+)+)"/g

/** Every code that the server can answer with, from the files where codes are written. */
function codesOfServer(): string[] {
  const features = readdirSync(join(ROOT, 'handlers'), { recursive: true, encoding: 'utf8' })
  const files = ['server/errors.py', ...features.filter((name) => name.endsWith('errors.py')).map((name) => `handlers/${name}`)]
  return files.flatMap((file) => [...readFileSync(join(ROOT, file), 'utf8').matchAll(CODE)].map(([, code]) => code ?? ''))
}

const files = import.meta.glob<Record<string, Sentence>>('../../src/features/*/sentences.ts', {
  eager: true, import: 'sentences',
})
const atOnce = [core, ...FEATURES.map(({ sentences }) => sentences)]
/** Those that are loaded with the parts of their features alone. */
const later = [captcha, providers, secondStep, ...Object.values(files).filter((each) => !atOnce.includes(each))]
later.forEach(learn)

describe('sentences', () => {
  it('exist for every code of the server', () => {
    const codes = codesOfServer()
    expect(codes.length).toBeGreaterThan(20)
    expect(codes.filter((code) => !hasSentence(code))).toEqual([])
  })

  it('are written once for a code', () => {
    const codes = [...atOnce, ...later].flatMap((each) => Object.keys(each))
    expect(codes.filter((code, at) => codes.indexOf(code) !== at)).toEqual([])
  })

  it('end like sentences, and never show a code', () => {
    for (const code of codesOfServer()) expect(sentence(code)).toMatch(/^[A-Z].*[.]$/)
    expect(sentence('NOT_A_CODE')).not.toContain('NOT_A_CODE')
  })
})
