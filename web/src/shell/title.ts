import { APP, t, type Plain } from '@/words/t'

/** "Sign in · AI-Editor", as the shell has it too. */
export function titleOf(title: Plain | '' | undefined): string {
  return title ? `${t(title)} · ${APP}` : APP
}
