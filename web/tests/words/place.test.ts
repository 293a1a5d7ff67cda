import { describe, expect, it } from 'vitest'
import { describePlace } from '@/words/place'

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
