import { describe, expect, it } from 'vitest'
import { clockTime } from '@/composables/useCountdown'
import { relative, since } from '@/words/dates'
import { describeDevice } from '@/words/device'
import { checkEmail, checkNewPassword } from '@/words/fields'
import { initials } from '@/words/initials'

describe('describeDevice', () => {
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36', 'Chrome 142 on Linux', 'desktop'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:141.0) Gecko/20100101 Firefox/141.0', 'Firefox 141 on Windows', 'desktop'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0', 'Edge 142 on Windows', 'desktop'],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Safari/605.1.15', 'Safari 19 on macOS', 'desktop'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1', 'Safari 19 on iOS', 'phone'],
    ['Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36', 'Chrome 142 on Android', 'phone'],
    ['Mozilla/5.0 (Linux; Android 16; SM-X910) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Safari/537.36', 'Samsung Internet 28 on Android', 'tablet'],
    ['curl/8.5.0', 'curl', 'program'],
    ['', 'An unknown device', 'unknown'],
    ['zzz', 'An unknown browser', 'unknown'],
  ])('%s', (userAgent, text, kind) => {
    expect(describeDevice(userAgent)).toEqual({ text, kind })
  })
})

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

describe('initials', () => {
  it.each([
    ['Ada Lovelace', 'AL'], ['ada', 'a'], ['Ada B. King', 'AB'], ['(Ada) «King»', 'AK'], ['👩‍🚀 Ada', 'A'], ['e\u0301mile', 'e\u0301'],
    ['🦊', ''], ['42 Ltd', '4L'], ['  ', ''],
  ])('of %s are %s', (name, letters) => {
    expect(initials(name)).toBe(letters)
  })
})

describe('clockTime', () => {
  it('writes minutes and two digits of seconds', () => {
    expect([0, 9, 60, 75, 3600].map(clockTime)).toEqual(['0:00', '0:09', '1:00', '1:15', '60:00'])
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
