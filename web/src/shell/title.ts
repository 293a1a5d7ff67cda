const PRODUCT = 'AI-Editor'

/** "Sign in · AI-Editor", as the shell has it too. */
export function titleOf(title: string | undefined): string {
  return title && title !== PRODUCT ? `${title} · ${PRODUCT}` : PRODUCT
}
