import { createTV } from 'tailwind-variants/lite'
import { describe, expect, it } from 'vitest'
import alert from '#build/ui/alert'
import avatar from '#build/ui/avatar'
import button from '#build/ui/button'
import chip from '#build/ui/chip'
import dropdown from '#build/ui/dropdown-menu'
import formField from '#build/ui/form-field'
import input from '#build/ui/input'
import kbd from '#build/ui/kbd'
import link from '#build/ui/link'
import skeleton from '#build/ui/skeleton'
import { diff, isEqual } from '@/stubs/ohash'
import { tv } from '@/stubs/tv'
import { theme } from '@/styles/theme'

type Draw = (props?: object) => string | Record<string, (own?: object) => string | undefined>

const theirs = createTV() as unknown as (theme: object) => Draw
const ours = tv as (theme: object) => Draw
const THEMES: Record<string, object> = { alert, avatar, button, chip, dropdown, formField, input, kbd, link, skeleton }
const OWN: Record<string, object> = { button: theme.button, link: { variants: { active: { true: 'on', false: ['off', undefined] } } } }

const sorted = (classes: unknown) => String(classes ?? '').split(/\s+/).filter(Boolean).sort()

function drawn(draw: Draw, props: object, own: object): unknown {
  const found = draw(props)
  if (typeof found !== 'object') return sorted(found)
  return Object.fromEntries(Object.keys(found).map((slot) => [slot, sorted(found[slot]?.(own))]))
}

/** Each value of each variant, of two in a colour and a variant at once. */
function choices({ variants = {} }: { variants?: Record<string, object> }): object[] {
  const of = (name: string) => Object.keys(variants[name] ?? {}).map((value) => ({ [name]: value === 'true' || (value !== 'false' && value) }))
  const coupled = of('color').flatMap((one) => of('variant').flatMap((two) => [{}, { active: true }].map((three) => ({ ...one, ...two, ...three }))))
  return [{}, ...Object.keys(variants).flatMap(of), ...coupled]
}

describe('tv', () => {
  it.each(Object.keys(THEMES))('draws %s as tailwind-variants does', (name) => {
    const themes = { extend: THEMES[name], ...OWN[name] }
    const [mine, yours] = [ours(themes), theirs(themes)]
    for (const own of [{}, { class: ['mine', { so: true, not: false }], active: true }]) {
      const all = choices(THEMES[name] as object)
      expect(all.map((props) => drawn(mine, props, own))).toEqual(all.map((props) => drawn(yours, props, own)))
    }
  })

  it('takes classes for the only slot there is', () => {
    expect(drawn(ours({ extend: skeleton }), { class: 'mine' }, {})).toEqual(drawn(theirs({ extend: skeleton }), { class: 'mine' }, {}))
  })
})

describe('queries of links', () => {
  it.each([
    [{ a: '1' }, { a: '1' }, true],
    [{ a: '1' }, { a: '2' }, false],
    [{ a: '1' }, {}, false],
    [{ a: ['1', '2'] }, { a: ['1', '2'] }, true],
    [{ a: ['1'] }, { a: '1' }, false],
  ])('%j and %j are the same: %s', (one, other, same) => { expect(isEqual(one, other)).toBe(same) })

  it('differ by what was added', () => {
    expect(diff({ a: '1' }, { a: '2', b: '3' })).toEqual([{ type: 'added', key: 'b' }])
  })
})
