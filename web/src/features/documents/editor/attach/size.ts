import { LANGUAGE } from '@/words/t'

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

/** How large a file is, as people say it: 1.2 MB. */
export function sizeIn(bytes: number, language = LANGUAGE): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1)
  const value = bytes / 1000 ** power
  const unitDisplay = power ? 'short' : 'long'
  return new Intl.NumberFormat(language, {
    style: 'unit', unit: UNITS[power], unitDisplay, maximumFractionDigits: value < 10 ? 1 : 0,
  }).format(value)
}
