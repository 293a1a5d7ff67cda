import { afterEach, describe, expect, it } from 'vitest'

import { boot } from '@/boot'
import { sentence } from '@/sentence'

describe('a page that is opened at an address that is not trusted', () => {
  afterEach(() => {
    delete boot.settings.address
  })

  it('names the one that is meant', () => {
    boot.settings.address = 'http://localhost:8080'
    expect(sentence('INVALID_ORIGIN')).toContain('Open the app at http://localhost:8080.')
  })

  it('does without', () => {
    expect(sentence('INVALID_ORIGIN')).toContain('Open the app at its usual address.')
  })
})
