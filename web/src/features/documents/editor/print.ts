const LONGEST = 5000

/** Prints the document, with the pictures that nobody has scrolled to, too. */
export async function print(): Promise<void> {
  const pictures = [...document.querySelectorAll<HTMLImageElement>('.doc-text img')]
  pictures.forEach((each) => { each.loading = 'eager' })
  const late = new Promise((resolve) => setTimeout(resolve, LONGEST))
  await Promise.race([late, Promise.allSettled(pictures.map((each) => each.decode()))])
  window.print()
}
