interface Mailbox {
  name: string
  url: string
}

const MAILBOXES: [domains: RegExp, name: string, url: string][] = [
  [/^(gmail|googlemail)\.com$/, 'Gmail', 'https://mail.google.com/'],
  [/^(outlook|hotmail|live|msn)\.[a-z.]+$/, 'Outlook', 'https://outlook.live.com/mail/'],
  [/^(yahoo\.[a-z.]+|ymail\.com)$/, 'Yahoo Mail', 'https://mail.yahoo.com/'],
  [/^(icloud|me|mac)\.com$/, 'iCloud Mail', 'https://www.icloud.com/mail/'],
  [/^(proton\.me|protonmail\.com|pm\.me)$/, 'Proton Mail', 'https://mail.proton.me/'],
  [/^(fastmail\.[a-z]+)$/, 'Fastmail', 'https://app.fastmail.com/'],
  [/^gmx\.(net|de|at|ch)$/, 'GMX', 'https://www.gmx.net/'],
  [/^web\.de$/, 'WEB.DE', 'https://web.de/'],
]

/** Where mail to this address is read in a browser, if that is known. */
export function mailboxOf(email: string): Mailbox | null {
  const domain = email.trim().toLowerCase().split('@').at(-1) ?? ''
  const found = MAILBOXES.find(([domains]) => domains.test(domain))
  return found ? { name: found[1], url: found[2] } : null
}
