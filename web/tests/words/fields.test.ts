import { expect, it } from 'vitest'
import { checkName } from '@/words/fields'

const BLANK = ['', '  ', '\u200B\u200B', '\u2060', '\u00AD', '\u3164', '\uFEFF', '\u{E0041}', '\u0301', '\u2800', '\u180E', '\uFFA0']

it.each(BLANK)('a name of nothing that shows is asked for again: %j', (name) => {
  expect(checkName(name)).toEqual({ name: 'Enter your name.' })
})

it.each(['Ada', '山', '👩‍👩‍👧', '\u200BAda', '.', '1'])('what shows is a name: %j', (name) => {
  expect(checkName(name)).toEqual({})
})
