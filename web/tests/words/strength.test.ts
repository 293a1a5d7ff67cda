import { describe, expect, it } from 'vitest'
import { strengthOf } from '@/words/strength'

describe('strengthOf', () => {
  it.each([
    ['', 'empty'],
    ['abc', 'weak'],
    ['password', 'weak'],
    ['P@ssw0rd', 'weak'],
    ['sunshine12', 'weak'],
    ['aaaaaaaaaaaaaaaa', 'weak'],
    ['abcdefghijkl', 'weak'],
    ['1234567890', 'weak'],
    ['qwertyuiop', 'weak'],
    ['abababababab', 'weak'],
    ['correct horse battery staple', 'strong'],
    ['violet-harbour-79-kettle', 'strong'],
    ['x7$Kq!p2', 'fair'],
    ['x7$Kq!p2Wm', 'good'],
    ['пароль-на-каждый-день', 'strong'],
  ])('%s is %s', (password, level) => {
    expect(strengthOf(password).level).toBe(level)
  })

  it('counts what is known about the person for little', () => {
    expect(strengthOf('lovelace-ada-1815').level).not.toBe('weak')
    expect(strengthOf('lovelace-ada-1815', ['Ada Lovelace', 'ada@example.com']).level).toBe('weak')
  })

  it('says how many characters the policy still asks for', () => {
    expect(strengthOf('seven77').advice).toBe('1 more character needed.')
    expect(strengthOf('seven77', [], 12).advice).toBe('5 more characters needed.')
  })

  it('is quick with the longest password', () => {
    const started = performance.now()
    strengthOf('ab'.repeat(5000))
    expect(performance.now() - started).toBeLessThan(500)
  })
})
