import { describe, expect, it } from 'vitest'
import { mailboxOf } from '@/words/mailbox'
import { pictureAddress } from '@/words/picture'

describe('mailboxOf', () => {
  it('knows where mail is read', () => {
    expect(mailboxOf('Ada@GMail.com')?.name).toBe('Gmail')
    expect(mailboxOf('ada@hotmail.co.uk')?.name).toBe('Outlook')
    expect(mailboxOf('ada@example.com')).toBeNull()
    expect(mailboxOf('ada@gmail.com.evil.example')).toBeNull()
    expect(mailboxOf('')).toBeNull()
  })
})

describe('pictureAddress', () => {
  it('shows the server’s own pictures, whatever name it goes by, and no others', () => {
    expect(pictureAddress('https://app.example/avatars/a.webp')).toBe('/avatars/a.webp')
    expect(pictureAddress('data:image/png;base64,AA')).toMatch(/^data:/)
    expect(pictureAddress('https://elsewhere.example/me.png')).toBeUndefined()
    expect(pictureAddress('javascript:alert(1)')).toBeUndefined()
    expect(pictureAddress('http://[')).toBeUndefined()
    expect(pictureAddress(null)).toBeUndefined()
  })
})
