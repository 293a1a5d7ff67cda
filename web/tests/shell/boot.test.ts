import { describe, expect, it } from 'vitest'
import { parseBoot } from '@/boot'

describe('parseBoot', () => {
  it('reads the session with its dates', () => {
    const boot = parseBoot(JSON.stringify({ session: { session: { expiresAt: '2026-11-29T12:00:00.000Z' }, user: {} } }))
    expect(boot.session?.session.expiresAt).toEqual(new Date('2026-11-29T12:00:00.000Z'))
  })

  it('has settings when the page says none', () => {
    const lengths = { passwordMinLength: 8, passwordMaxLength: 128 }
    const mails = { requireEmailVerification: false, verificationOnSignUp: false, deleteUserVerification: false }
    const settings = { app: { name: 'AI-Editor' }, ...lengths, signUp: true, ...mails }
    expect(parseBoot(null)).toEqual({ session: null, settings })
    expect(parseBoot('{"settings":{"signUp":false}}').settings).toEqual({ ...settings, signUp: false })
  })
})
