import { describe, expect, it } from 'vitest'
import { relative, since } from '@/words/dates'
import { checkEmail, checkNewPassword } from '@/words/fields'
import { initial } from '@/words/initial'

describe('relative', () => {
  const now = new Date('2026-11-22T12:00:00Z')
  const after = (seconds: number) => relative(new Date(now.getTime() + seconds * 1000), now)
  it.each([
    [0, 'just now'], [-20, 'just now'], [20, 'in a moment'], [-60, '1 minute ago'], [-3540, '59 minutes ago'], [-3600, '1 hour ago'],
    [7 * 86_400, 'in 7 days'], [7 * 86_400 - 5, 'in 7 days'], [86_400, 'tomorrow'], [-86_400, 'yesterday'], [21 * 86_400, 'in 3 weeks'],
    [400 * 86_400, 'next year'],
  ])('%i seconds from now is %s', (seconds, words) => {
    expect(after(seconds)).toBe(words)
  })
})

describe('since', () => {
  it('never speaks of what has happened as something to come', () => {
    const now = new Date('2026-11-22T12:00:00Z')
    expect(since(new Date('2026-11-22T12:00:20Z'), now)).toBe('just now')
    expect(since(new Date('2026-11-22T11:59:00Z'), now)).toBe('1 minute ago')
  })
})

describe('initial', () => {
  it.each([
    ['Ada Lovelace', 'A'], ['ada', 'a'], ['(Ada) «King»', 'A'], ['👩‍🚀 Ada', 'A'], ['e\u0301mile', 'e\u0301'],
    ['🦊', ''], ['42 Ltd', '4'], ['  ', ''], ['عبد الرحمن بن عوف', 'ع'], ['李 小龙', '李'], ['W\u0301W Ww', 'W\u0301'],
  ])('of %s is %s', (name, letter) => {
    expect(initial(name)).toBe(letter)
  })
})

describe('field checks', () => {
  it('ask for an address with a domain', () => {
    expect(checkEmail(' ').email).toBe('Enter your e-mail address.')
    expect(checkEmail('ada@example').email).toMatch(/such as/)
    expect(checkEmail(' ada@example.com ')).toEqual({})
  })

  it('hold a new password to the policy alone', () => {
    expect(checkNewPassword('', 8, 128).password).toBe('Choose a password.')
    expect(checkNewPassword('short', 8, 128).password).toBe('Use at least 8 characters.')
    expect(checkNewPassword('x'.repeat(129), 8, 128).password).toBe('Use at most 128 characters.')
    expect(checkNewPassword('password', 8, 128)).toEqual({})
  })
})
