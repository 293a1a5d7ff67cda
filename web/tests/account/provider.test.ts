import { describe, expect, it } from 'vitest'
import { providerName } from '@/features/account/provider'

describe('providerName', () => {
  it('names the ways to sign in', () => {
    expect(['credential', 'github', 'google'].map(providerName)).toEqual(['E-mail and password', 'GitHub', 'Google'])
  })
})
