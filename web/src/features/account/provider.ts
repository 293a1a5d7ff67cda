import { boot } from '@/boot'

const NAMES: Record<string, string> = {
  credential: 'E-mail and password',
  github: 'GitHub',
  gitlab: 'GitLab',
  linkedin: 'LinkedIn',
  tiktok: 'TikTok',
  paypal: 'PayPal',
}

/** What a way to sign in is called: as the server's settings have it, where it is set up. */
export function providerName(id: string): string {
  return boot.settings.providers?.[id] ?? NAMES[id] ?? id.charAt(0).toUpperCase() + id.slice(1)
}
