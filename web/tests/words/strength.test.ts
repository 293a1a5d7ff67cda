import { describe, expect, it } from 'vitest'
import { strengthByGuesses } from '@/words/guesses'
import { strengthAtOnce } from '@/words/strength'

const ORDER = ['empty', 'unknown', 'weak', 'fair', 'good', 'strong']
const ADA = ['Ada Lovelace', 'ada@example.com']

describe('strengthByGuesses', () => {
  it.each([
    ['password', 'weak'],
    ['P@ssw0rd', 'weak'],
    ['PASSWORD', 'weak'],
    ['Ｐａｓｓｗｏｒｄ', 'weak'],
    ['sunshine12', 'weak'],
    ['Manchester1', 'weak'],
    ['Barcelona10', 'weak'],
    ['Berlin2024', 'weak'],
    ['1qaz2wsx3edc', 'weak'],
    ['hunter2hunter2', 'weak'],
    ['aaaaaaaaaaaaaaaa', 'weak'],
    ['abcdefghijkl', 'weak'],
    ['1234567890', 'weak'],
    ['qwertyuiop', 'weak'],
    ['abababababab', 'weak'],
    ['Summer2026!', 'fair'],
    ['x7$Kq!p2', 'fair'],
    ['x7$Kq!p2Wm', 'good'],
    ['correct horse battery staple', 'strong'],
    ['violet-harbour-79-kettle', 'strong'],
    ['пароль-на-каждый-день', 'strong'],
  ])('%s is %s', (password, level) => {
    expect(strengthByGuesses(password).level).toBe(level)
  })

  it('knows the words of the person', () => {
    const levels = [[], ADA].map((about) => ORDER.indexOf(strengthByGuesses('Lovelace12', about).level))
    expect(levels[1]).toBeLessThan(levels[0] ?? 0)
  })

  it('looks at the first characters alone', () => {
    expect(strengthByGuesses('ab'.repeat(5000)).level).toBe('weak')
    expect(strengthByGuesses('violet-harbour-79-kettle'.repeat(500)).level).not.toBe('empty')
  })

  it('says what is wrong with it', () => {
    expect(strengthByGuesses('Manchester1').advice).toBe('It contains a word that is guessed early.')
    expect(strengthByGuesses('x7$Kq!p2').advice).toBe('A few unrelated words make it much stronger.')
    expect(strengthByGuesses('correct horse battery staple').advice).toBe('')
  })
})

describe('strengthAtOnce', () => {
  it('praises nothing', () => {
    expect(strengthAtOnce('').level).toBe('empty')
    expect(strengthAtOnce('correct horse battery staple').level).toBe('unknown')
  })

  // What PASSWORD_CHECK=common refuses as made of name, address or the app's name.
  it.each(['lovelace-ada-1815', 'AdaLovelace', 'ada@example.com', 'Ａｄａ Lovelace!!'])('calls %s weak for Ada', (password) => {
    expect(strengthAtOnce(password).level).toBe('unknown')
    expect(strengthAtOnce(password, ADA).level).toBe('weak')
  })

  it('says how many characters the policy still asks for', () => {
    expect(strengthAtOnce('seven77').advice).toBe('1 more character needed.')
    expect(strengthAtOnce('seven77', [], 12).advice).toBe('5 more characters needed.')
  })
})
