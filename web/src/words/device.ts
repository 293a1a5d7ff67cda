import { t } from '@/words/t'

export type DeviceKind = 'desktop' | 'phone' | 'tablet' | 'program' | 'unknown'

interface Device {
  kind: DeviceKind
  /** "Firefox 141 on Windows" */
  text: string
}

type Rule = [pattern: RegExp, name: string]

/** The first that fits wins: browsers name those they descend from as well. */
const BROWSERS: Rule[] = [
  [/\bEdg(?:A|iOS)?\/(\d+)/, 'Edge'],
  [/\bOPR\/(\d+)/, 'Opera'],
  [/\bSamsungBrowser\/(\d+)/, 'Samsung Internet'],
  [/\bVivaldi\/(\d+)/, 'Vivaldi'],
  [/\b(?:Firefox|FxiOS)\/(\d+)/, 'Firefox'],
  [/\b(?:HeadlessChrome|Chrome|CriOS|Chromium)\/(\d+)/, 'Chrome'],
  [/\bVersion\/(\d+)[\d.]* (?:Mobile\/\w+ )?Safari\//, 'Safari'],
]

const SYSTEMS: Rule[] = [
  [/\biPhone\b|\biPod\b/, 'iOS'],
  [/\biPad\b/, 'iPadOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bLinux\b|\bX11\b/, 'Linux'],
]

const PROGRAM = /^(curl|Wget|python-requests|python-httpx|Tornado|PostmanRuntime|node|undici|Go-http-client)\b/i

function browserOf(userAgent: string): string | undefined {
  for (const [pattern, name] of BROWSERS) {
    const found = pattern.exec(userAgent)
    if (found) return `${name} ${found[1]}`
  }
}

function systemOf(userAgent: string): string | undefined {
  return SYSTEMS.find(([pattern]) => pattern.test(userAgent))?.[1]
}

function kindOf(userAgent: string): DeviceKind {
  if (/\biPad\b|\bTablet\b|Android(?!.*\bMobile\b)/.test(userAgent)) return 'tablet'
  return /\bMobile\b|\biPhone\b|\biPod\b/.test(userAgent) ? 'phone' : 'desktop'
}

/** A user agent in words. */
export function describeDevice(userAgent: string | null | undefined): Device {
  if (!userAgent) return { kind: 'unknown', text: t('An unknown device') }
  const program = PROGRAM.exec(userAgent)?.[1]
  if (program) return { kind: 'program', text: program }
  const browser = browserOf(userAgent)
  const system = systemOf(userAgent)
  if (!browser && !system) return { kind: 'unknown', text: t('An unknown browser') }
  return {
    kind: kindOf(userAgent),
    text: t('{browser} on {system}', { browser: browser ?? t('A browser'), system: system ?? t('an unknown system') }),
  }
}
