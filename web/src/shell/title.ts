import { boot } from '@/boot'

/** "Sign in · AI-Editor", as the shell has it too. */
export function titleOf(title: string | undefined): string {
  const { name } = boot.settings.app
  return title ? `${title} · ${name}` : name
}
