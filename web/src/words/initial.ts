// Browsers before 2024 may not know where one character as people read it ends.
const segmenter = Intl.Segmenter ? new Intl.Segmenter() : null

function characters(text: string): string[] {
  return segmenter ? [...segmenter.segment(text)].map(({ segment }) => segment) : [...text]
}

/** The first letter or digit of a name: two do not fit where they are wide, and are joined in Arabic. */
export function initial(name: string): string {
  return characters(name).find((each) => /^[\p{L}\p{N}]/u.test(each)) ?? ''
}
