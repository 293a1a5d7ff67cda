const NAMES: Record<string, string> = {
  credential: 'E-mail and password',
  github: 'GitHub',
  gitlab: 'GitLab',
  linkedin: 'LinkedIn',
  tiktok: 'TikTok',
  paypal: 'PayPal',
}

/** What a way to sign in is called. */
export function providerName(id: string): string {
  return NAMES[id] ?? id.charAt(0).toUpperCase() + id.slice(1)
}
