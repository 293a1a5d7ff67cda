import { describe, expect, it } from 'vitest'
import { mailboxOf } from '@/words/mailbox'
import { pictureAddress } from '@/words/picture'
import { describePlace } from '@/words/place'
import { providerName } from '@/words/provider'

describe('describePlace', () => {
  it.each([
    ['127.0.0.1', 'From this server’s own computer'],
    ['::1', 'From this server’s own computer'],
    ['192.168.1.7', 'From the local network (192.168.1.7)'],
    ['172.31.0.1', 'From the local network (172.31.0.1)'],
    ['fd00::1', 'From the local network (fd00::1)'],
    ['172.32.0.1', 'From 172.32.0.1'],
    ['2001:db8::1', 'From 2001:db8::1'],
    ['', 'From an unknown address'],
    [null, 'From an unknown address'],
  ])('says of %s: %s', (address, words) => { expect(describePlace(address)).toBe(words) })
})

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

describe('providerName', () => {
  it('names the ways to sign in', () => {
    expect(['credential', 'github', 'google'].map(providerName)).toEqual(['E-mail and password', 'GitHub', 'Google'])
  })
})
