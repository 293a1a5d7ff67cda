import { boot } from '@/boot'
import { t } from '@/words/t'

const NAMES: Record<string, string> = {
  github: 'GitHub',
  gitlab: 'GitLab',
  linkedin: 'LinkedIn',
  tiktok: 'TikTok',
  paypal: 'PayPal',
}

/** What a way to sign in is called: as the server's settings have it, where it is set up. */
export function providerName(id: string): string {
  if (id === 'credential') return t('E-mail and password')
  return boot.settings.providers?.[id] ?? NAMES[id] ?? id.charAt(0).toUpperCase() + id.slice(1)
}
