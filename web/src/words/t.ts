import { boot } from '@/boot'
import type de from '../../locales/de/app.json'

type Catalogue = typeof de
/** What the app says, in English: each has its German, or does not pass the check of types. */
export type Sentence = { [S in keyof Catalogue]: Catalogue[S] extends string ? S : never }[keyof Catalogue]
/** What it says of a number; a catalogue has it in all forms that its language has. */
type Counted = Exclude<keyof Catalogue, Sentence>
type Names<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Exclude<Name, 'app'> | Names<Rest> : never
type Values<S> = [Names<S>] extends [never] ? [] : [values: Record<Names<S>, string | number | undefined>]
/** One without gaps, which a table may hold for later. */
export type Plain = { [S in Sentence]: [Names<S>] extends [never] ? S : never }[Sentence]
type Forms = Partial<Record<Intl.LDMLPluralRule, string>>

/** Whose app it is. */
export const APP = boot.settings.app.name
/** As the server has chosen by what the browser asked for. */
export const LANGUAGE = document.documentElement.lang || 'en'

const catalogues = import.meta.glob<object>('../../locales/*/app.json', { import: 'default' })
const rules = new Intl.PluralRules(LANGUAGE)
let known: Record<string, string | Forms | undefined> = {}

/** Loads what the page's language calls everything; English is in the code. */
export async function learnLanguage(language = LANGUAGE): Promise<void> {
  known = { ...await catalogues[`../../locales/${language}/app.json`]?.() }
}

function fill(text: string, values: Record<string, string | number | undefined> = {}): string {
  return text.replace(/\{(\w+)\}/g, (all, name: string) => String(name === 'app' ? APP : values[name] ?? all))
}

/** As `t`, with its gaps. */
export function raw(sentence: Sentence): string {
  return fill(known[sentence] as string ?? sentence)
}

/** The sentence in the page's language; not before it is learnt, so never where a module of the start is loaded. */
export function t<S extends Sentence>(sentence: S, ...[values]: Values<S>): string {
  return fill(known[sentence] as string ?? sentence, values)
}

/** What is said of `count`: in English one of the two, in others as their rules have it. */
export function plural<S extends Counted>(count: number, one: string, other: S): string {
  const form = rules.select(count)
  const found = known[other] as Forms | undefined ?? { one, other }
  return fill(found[form] ?? found.other ?? other, { count })
}
