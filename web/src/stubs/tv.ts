import { normalizeClass } from 'vue'

type Props = Readonly<Record<string, unknown>>
/** Classes of one element, or those of several by their slots. */
type Styling = unknown

interface Theme {
  extend?: Theme
  base?: unknown
  slots?: Readonly<Record<string, unknown>>
  variants?: Readonly<Record<string, Readonly<Record<string, Styling>>>>
  compoundVariants?: readonly Props[]
  defaultVariants?: Props
}

const NAMES = new Set(['class', 'className'])

/** What a styling says of a slot: bare classes are the base's. */
function partOf(styling: Styling, slot: string): unknown {
  const whole = typeof styling !== 'object' || styling === null || Array.isArray(styling)
  if (whole) return slot === 'base' ? styling : undefined
  return (styling as Props)[slot]
}

function isSame(wanted: unknown, value: unknown): boolean {
  return wanted === value || (!wanted && !value)
}

function fits(compound: Props, props: Props): boolean {
  return Object.entries(compound).every(([name, wanted]) =>
    NAMES.has(name) || (Array.isArray(wanted) ? wanted.includes(props[name]) : isSame(wanted, props[name])))
}

function given(props: Props): Props {
  return Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined))
}

function classesOf(layers: readonly Theme[], slot: string, props: Props): string | undefined {
  const found = layers.flatMap(({ base, slots, variants = {} }) => [
    slot === 'base' && base,
    slots?.[slot],
    ...Object.entries(variants).map(([name, styles]) => partOf(styles[String(props[name] || false)], slot)),
  ])
  const compounds = layers.flatMap(({ compoundVariants = [] }) => compoundVariants)
    .filter((compound) => fits(compound, props)).map((compound) => partOf(compound.class, slot))
  return normalizeClass([...found, ...compounds, props.class]) || undefined
}

/**
 * Nuxt UI's `tv`, for the themes of the components that we use: without tailwind-variants' caches, and without the
 * merging of classes that contradict each other, where an `!` says which one of ours overrules one of its own.
 */
export function tv(theme: Theme) {
  const layers = theme.extend ? [theme.extend, theme] : [theme]
  const defaults = Object.assign({}, ...layers.map(({ defaultVariants }) => defaultVariants)) as Props
  const slots = layers.flatMap((layer) => Object.keys(layer.slots ?? {}))
  return (props: Props = {}) => {
    const chosen = { ...defaults, ...given(props) }
    if (!slots.length) return classesOf(layers, 'base', chosen)
    const all = { ...chosen, class: undefined }
    const draw = (slot: string) => (own: Props = {}) => classesOf(layers, slot, { ...all, ...given(own) })
    return Object.fromEntries(['base', ...slots].map((slot) => [slot, draw(slot)]))
  }
}
