// Browsers before 2024 may not know where one character as people read it ends.
const segmenter = Intl.Segmenter ? new Intl.Segmenter() : null

function characters(word: string): string[] {
  return segmenter ? [...segmenter.segment(word)].map(({ segment }) => segment) : [...word]
}

function initial(word: string): string {
  return characters(word).find((each) => /^[\p{L}\p{N}]/u.test(each)) ?? ''
}

/** The first letters or digits of a name's first two words that have any. */
export function initials(name: string): string {
  return name.split(/\s+/).map(initial).filter(Boolean).slice(0, 2).join('')
}
