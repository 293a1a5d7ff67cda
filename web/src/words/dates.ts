import { LANGUAGE, t } from '@/words/t'

/** The reader's own kind of the page's language, where there is one: it decides how dates are written. */
const LOCALE = navigator.languages.find((language) => language.startsWith(LANGUAGE)) ?? (LANGUAGE === 'en' ? 'en-GB' : LANGUAGE)

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Each unit's length, and from where on it is the best one: half of the smaller unit before it is full. */
const UNITS: [unit: Intl.RelativeTimeFormatUnit, length: number, from: number][] = [
  ['year', 365 * DAY, 364.5 * DAY],
  ['month', 30 * DAY, 29.5 * DAY],
  ['week', 7 * DAY, 13.5 * DAY],
  ['day', DAY, 23.5 * HOUR],
  ['hour', HOUR, 59.5 * MINUTE],
]

const relativeFormat = new Intl.RelativeTimeFormat(LOCALE, { numeric: 'auto' })
const longFormat = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'full', timeStyle: 'short' })
const dayFormat = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'long' })

/** "in 7 days", "2 hours ago", "just now". */
export function relative(date: Date, now: Date): string {
  const seconds = (date.getTime() - now.getTime()) / 1000
  const size = Math.abs(seconds)
  if (size < 45) return seconds > 0 ? t('in a moment') : t('just now')
  const [unit, length] = UNITS.find(([, , from]) => size >= from) ?? ['minute' as const, MINUTE]
  return relativeFormat.format(Math.round(seconds / length), unit)
}

/** As `relative`, of what has happened: a clock that is behind the server's does not put it into the future. */
export function since(date: Date, now: Date): string {
  return relative(date < now ? date : now, now)
}

/** "Sunday, 29 November 2026 at 12:13" */
export function longDate(date: Date): string {
  return longFormat.format(date)
}

/** "22 November 2026" */
export function day(date: Date): string {
  return dayFormat.format(date)
}
