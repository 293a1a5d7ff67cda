import type { Who } from '@/auth'

/** Whose app it is to people, as APP_NAME and what stands beside it say; see docs/theming.md. */
interface Branding {
  name: string
  /**
   * There where somebody has made it theirs: then nothing speaks of this app. A `wide` one is the name itself, drawn;
   * a `plate` is put behind one where the ground is dark.
   */
  logo?: { src: string, wide?: boolean, plate?: boolean }
  terms?: string
  privacy?: string
  /** Where the server leads from / in place of the start page. */
  home?: string
}

/** What the server wrote into the page: who asks, and the settings that the pages depend on. */
interface Boot {
  session: Who | null
  settings: {
    /** The features that are on, by their folders' names; all of them where nothing is said. */
    features?: readonly string[]
    /** Those of them by which people may come in beside the password. */
    ways?: readonly string[]
    /** The providers that people sign in at, by their ids: what each is called. */
    providers?: Readonly<Record<string, string>>
    /** Whose riddle is solved before signing up, signing in and asking for a reset. */
    captcha?: { provider: string, siteKey: string }
    app: Branding
    /** Where the app is meant to be opened. */
    address?: string
    passwordMinLength: number
    passwordMaxLength: number
    signUp: boolean
    /** Nobody signs in before their e-mail address is confirmed. */
    requireEmailVerification: boolean
    /** A new account is mailed a link at once, to confirm its address. */
    verificationOnSignUp: boolean
    /** An account is deleted by a link in a mail. */
    deleteUserVerification: boolean
  }
}

const DEFAULTS: Boot = {
  session: null,
  settings: {
    app: { name: 'AI-Editor' },
    passwordMinLength: 8,
    passwordMaxLength: 128,
    signUp: true,
    requireEmailVerification: false,
    verificationOnSignUp: false,
    deleteUserVerification: false,
  },
}

const ISO_DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/

function revive(_key: string, value: unknown): unknown {
  return typeof value === 'string' && ISO_DATE.test(value) ? new Date(value) : value
}

export function parseBoot(text: string | null | undefined): Boot {
  if (!text) return DEFAULTS
  const found = JSON.parse(text, revive) as Partial<Boot>
  return { session: found.session ?? null, settings: { ...DEFAULTS.settings, ...found.settings } }
}

export const boot = parseBoot(document.getElementById('boot')?.textContent)

/** Whether people may come in by a folder in features/, beside the password. */
export function isWay(feature: string | undefined): boolean {
  return boot.settings.ways?.includes(feature ?? '') ?? false
}

/** Whether the server says that a plugin is on: one that is off has nothing loaded for it. */
export function isPlugged(feature: string): boolean {
  return boot.settings.features?.includes(feature) ?? false
}

/** Whether the server has what a folder in features/ is for. */
export function isOn(feature: string | undefined): boolean {
  const { features } = boot.settings
  return !features || !feature || features.includes(feature)
}
