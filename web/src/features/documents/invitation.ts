import { forget, keep, recall } from '@/features/documents/kept'

// Nobody's yet: whoever opened the link is about to sign in.
const [WHOSE, KEY] = ['', 'invitation']
/** As long as somebody may take to register, and to confirm their address in another tab. */
const HOUR = 3_600_000

/**
 * The secret of a link, which no server is told of in an address: it stands in the fragment, and waits here while its
 * reader signs in, which may end in another tab. Whoever signs out drops it.
 */
export const keepInvitation = (secret: string) => keep(WHOSE, KEY, secret)
export const dropInvitation = () => forget(KEY)

export function recallInvitation(): string | null {
  const found = recall<string>(WHOSE, KEY)
  return found && Date.now() - found.at.getTime() < HOUR ? found.value : null
}
