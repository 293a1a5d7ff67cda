import { t } from '@/words/t'

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/
const LOCAL = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)/i

/** Where a session comes from, as far as its address tells. */
export function describePlace(address: string | null | undefined): string {
  if (!address) return t('From an unknown address')
  if (LOOPBACK.test(address)) return t('From this server’s own computer')
  return LOCAL.test(address) ? t('From the local network ({address})', { address }) : t('From {address}', { address })
}
