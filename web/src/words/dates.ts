const LOCALE = 'en'

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000], ['month', 2_592_000], ['week', 604_800], ['day', 86_400], ['hour', 3600], ['minute', 60],
]

const relativeFormat = new Intl.RelativeTimeFormat(LOCALE, { numeric: 'auto' })
const longFormat = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'full', timeStyle: 'short' })
const dayFormat = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'long' })

/** "in 7 days", "2 hours ago", "just now". Weeks stay days below two of them. */
export function relative(date: Date, now: Date): string {
  const seconds = (date.getTime() - now.getTime()) / 1000
  if (Math.abs(seconds) < 45) return seconds > 0 ? 'in a moment' : 'just now'
  const size = Math.abs(seconds)
  const [unit, length] = UNITS.find(([name, each]) => Math.round(size / each) >= (name === 'week' ? 2 : 1)) ?? ['minute', 60]
  return relativeFormat.format(Math.round(seconds / length), unit)
}

/** "Sunday, 29 November 2026 at 12:13" */
export function longDate(date: Date): string {
  return longFormat.format(date)
}

/** "22 November 2026" */
export function day(date: Date): string {
  return dayFormat.format(date)
}
