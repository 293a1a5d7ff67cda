import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import pages from '../../pages.json'
import { learnLanguage, plural, raw, t } from '@/words/t'

const WEB = join(import.meta.dirname, '../..')
const LOCALES = join(WEB, 'locales')
type Catalogue = Record<string, string | Record<string, string>>

const languages = readdirSync(LOCALES)
const read = (path: string) => readFileSync(join(WEB, path), 'utf8')
const catalogueOf = (language: string) => JSON.parse(read(`locales/${language}/app.json`)) as Catalogue
const german = catalogueOf('de')
const source = readdirSync(join(WEB, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(ts|vue)$/.test(name)).map((name) => read(`src/${name}`)).join('\n')

function gaps(text: string): string[] {
  return [...text.matchAll(/\{\w+\}/g)].map(([gap]) => gap).sort()
}

describe.each(languages)('the catalogue %s', (language) => {
  const catalogue = catalogueOf(language)

  it('has all sentences that German has, whose keys the types of `t` are made of, and no other', () => {
    expect(Object.keys(catalogue).sort()).toEqual(Object.keys(german).sort())
    const titles = pages.flatMap(({ title, nav }) => [title, nav]).filter(Boolean)
    expect(titles.filter((title) => !Object.hasOwn(catalogue, title!))).toEqual([])
  })

  it('has the gaps of the English in each', () => {
    const plain = Object.entries(catalogue).filter(([, said]) => typeof said === 'string') as [string, string][]
    expect(plain.filter(([english, said]) => gaps(english).join() !== gaps(said).join() || !said.trim())).toEqual([])
  })

  it('has all forms of a number, where there is one', () => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted()
    const counted = Object.values(catalogue).filter((said) => typeof said !== 'string')
    expect(counted.length).toBeGreaterThan(0)
    for (const said of counted) expect(Object.keys(said).sort()).toEqual(forms)
  })
})

describe('sentences', () => {
  it('are none that nobody says', () => {
    const named = new Set(pages.flatMap(({ title, nav }) => [title, nav]))
    expect(Object.keys(german).filter((english) => !named.has(english) && !source.includes(english))).toEqual([])
  })

  it('are said in the language that was learnt', async () => {
    expect(t('Open {name}', { name: 'Gmail' })).toBe('Open Gmail')
    await learnLanguage('de')
    expect(t('Open {name}', { name: 'Gmail' })).toBe('Gmail öffnen')
    expect(t('About {app}')).toBe('Über AI-Editor')
    expect(raw('We sent six digits to {email}.')).toBe('Wir haben sechs Ziffern an {email} gesendet.')
    expect(plural(5, '1 more character needed.', '{count} more characters needed.')).toBe('Es fehlen noch 5 Zeichen.')
    await learnLanguage('xx')
    expect(t('Open {name}', { name: 'Gmail' })).toBe('Open Gmail')
    await learnLanguage('en')
    expect(t('Sign in')).toBe('Sign in')
    expect(plural(1, '1 more character needed.', '{count} more characters needed.')).toBe('1 more character needed.')
  })
})
