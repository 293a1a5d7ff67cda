type Values = Readonly<Record<string, unknown>>

const keysOf = (one: Values, other: Values) => Object.keys({ ...one, ...other })

/** Whether two queries of an address are the same: values are texts, or lists of them. */
export function isEqual(one: Values, other: Values): boolean {
  return keysOf(one, other).every((key) => JSON.stringify(one[key]) === JSON.stringify(other[key]))
}

/** What the second query has that the first one has not. */
export function diff(one: Values, other: Values) {
  return keysOf(one, other).filter((key) => !(key in one)).map((key) => ({ type: 'added', key }))
}
