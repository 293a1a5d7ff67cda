import { describe, expect, it, vi } from 'vitest'
import { dropInvitation, keepInvitation, recallInvitation } from '@/features/documents/invitation'
import { placeOf } from '@/features/documents/lists'
import { pathTo, titleOf, treeOf } from '@/features/documents/names'
import { itemsOf } from '@/features/documents/rowItems'
import type { Document } from '@/features/documents/types'

const folder = (id: string, parentId: string | null = null) => ({ id, name: id, parentId })
const FOLDERS = [folder('a'), folder('b', 'a'), folder('c', 'b'), folder('d'), folder('lost', 'gone')]

describe('folders', () => {
  it('have a way to them', () => {
    expect(pathTo('c', FOLDERS).map(({ id }) => id)).toEqual(['a', 'b', 'c'])
    expect(pathTo(null, FOLDERS)).toEqual([])
    expect(pathTo('x', [folder('x', 'y'), folder('y', 'x')]).map(({ id }) => id)).toEqual(['y', 'x'])
  })

  it('are a tree, from which one is left out with all that is in it', () => {
    const shown = (without: string | null) => treeOf(FOLDERS, without).map(({ folder: { id }, depth }) => id + depth)
    expect(shown(null)).toEqual(['a1', 'b2', 'c3', 'd1'])
    expect(shown('b')).toEqual(['a1', 'd1'])
  })
})

describe('an address', () => {
  it.each([
    [{}, 'recent', null],
    [{ list: 'nonsense', folder: 'f' }, 'recent', null],
    [{ list: 'mine' }, 'mine', null],
    [{ list: 'mine', folder: 'root' }, 'mine', null],
    [{ list: 'mine', folder: 'f' }, 'mine', 'f'],
    [{ list: 'trash', folder: 'f' }, 'trash', null],
  ])('%j means a place', (query, list, inside) => { expect(placeOf(query)).toEqual({ list, folder: inside }) })
})

describe('a menu', () => {
  it.each([
    [{ role: 'owner' }, ['Rename', 'Choose an icon…', 'Share…', 'Duplicate', 'Move…', 'Delete']],
    [{ role: 'editor' }, ['Rename', 'Choose an icon…', 'Share…', 'Duplicate', 'Leave…']],
    [{ role: 'reader' }, ['Who has access…', 'Duplicate', 'Leave…']],
    [{ role: 'owner', deletedAt: '2026-11-22' }, ['Restore', 'Delete for good…']],
    [{ role: 'reader', deletedAt: '2026-11-22' }, []],
  ])('of %j has what one may do', (more, labels) => {
    const document = { title: '', deletedAt: null, ...more } as unknown as Document
    expect(itemsOf(document, () => {}).flat().map(({ label }) => label)).toEqual(labels)
    expect(titleOf(document)).toBe('Untitled')
  })
})

describe('an invitation', () => {
  it('waits for an hour', () => {
    keepInvitation('secret')
    expect(recallInvitation()).toBe('secret')
    vi.useFakeTimers({ now: Date.now() + 3_700_000 })
    expect(recallInvitation()).toBeNull()
    vi.useRealTimers()
    dropInvitation()
    expect(recallInvitation()).toBeNull()
  })
})
