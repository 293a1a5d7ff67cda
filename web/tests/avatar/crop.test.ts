import { describe, expect, it } from 'vitest'
import { drag, fit, MAX_ZOOM, sideOf, whole } from '@/features/avatar/crop'

const size = { width: 900, height: 600 }

describe('the square of a picture', () => {
  it('begins as the largest one, in the middle', () => {
    expect(whole(size)).toEqual({ x: 450, y: 300, zoom: 1 })
    expect(sideOf(size, 1)).toBe(600)
    expect(sideOf(size, 2)).toBe(300)
  })

  it('follows the hand: what is dragged to the right shows more of the left', () => {
    expect(drag(size, whole(size), 0.1, 0)).toEqual({ x: 390, y: 300, zoom: 1 })
    expect(drag(size, { x: 450, y: 300, zoom: 2 }, 0, -0.5)).toEqual({ x: 450, y: 450, zoom: 2 })
  })

  it('never shows what is beyond the edge', () => {
    expect(drag(size, whole(size), 9, 9)).toEqual({ x: 300, y: 300, zoom: 1 })
    expect(fit(size, { x: 0, y: 0, zoom: 2 })).toEqual({ x: 150, y: 150, zoom: 2 })
    expect(fit(size, { x: 150, y: 150, zoom: 0.1 })).toEqual({ x: 300, y: 300, zoom: 1 })
    expect(fit(size, { x: 450, y: 300, zoom: 99 }).zoom).toBe(MAX_ZOOM)
  })
})
