import { beforeEach, describe, expect, it } from 'vitest'
import { forgetOthers, keep, recall, recallDocument } from '@/features/documents/kept'

describe('lists that are kept on this device', () => {
  beforeEach(() => localStorage.clear())

  it('are one person’s: somebody else’s go, and what is nobody’s stays', () => {
    keep('ada', 'recent:', { documents: [{ id: 'd', title: 'Garden' }] })
    keep('', 'invitation', 'secret')
    forgetOthers('ada')
    expect(recall('ada', 'recent:')).not.toBeNull()
    forgetOthers('bob')
    expect(recall('ada', 'recent:')).toBeNull()
    expect(recall('', 'invitation')?.value).toBe('secret')
  })

  it('say what a document is called', () => {
    keep('ada', 'recent:', { documents: [{ id: 'd', title: 'Garden' }] })
    keep('ada', 'invitation', 'no list')
    expect(recallDocument('ada', 'd')?.title).toBe('Garden')
    expect(recallDocument('ada', 'e')).toBeNull()
    expect(recallDocument('bob', 'd')).toBeNull()
  })
})
