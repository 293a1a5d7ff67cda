import { ask } from '@/ask'
import { list, remove, type Passkey } from '@/features/passkey/passkeys'
import { sentences } from '@/features/passkey/sentences'
import { learn } from '@/sentence'
import { useLoad } from '@/shell/useLoad'
import { useNotices } from '@/shell/useNotices'
import { t } from '@/words/t'

learn(sentences)

/** What a passkey is called: as its owner said, or just so. */
export const nameOf = ({ name }: Pick<Passkey, 'name'>): string => name?.trim() || t('Passkey')

/** Where a passkey is kept, as far as its authenticator says. */
export function whereIs({ deviceType, backedUp }: Pick<Passkey, 'deviceType' | 'backedUp'>): string {
  if (deviceType === 'singleDevice') return t('On one device')
  return backedUp ? t('Kept by a password manager') : t('Can go to other devices')
}

/** The person's passkeys; one that is deleted goes at once, and comes back where the server refuses. */
export function usePasskeys() {
  const { tell } = useNotices()
  const { data: passkeys, ...state } = useLoad<Passkey[]>(list)

  async function giveUp(passkey: Passkey): Promise<void> {
    const before = passkeys.value
    passkeys.value = before?.filter((each) => each !== passkey) ?? null
    const { problem } = await ask((watch) => remove(passkey.id, watch))
    if (!problem) return tell({ title: t('{name} is deleted', { name: nameOf(passkey) }), kind: 'success' })
    passkeys.value = before
    tell({ title: t('{name} stays', { name: nameOf(passkey) }), description: problem.text, kind: 'error' })
  }

  /** Shows one as the server has it now. */
  function adopt(passkey: Passkey): void {
    const others = passkeys.value ?? []
    const known = others.some(({ id }) => id === passkey.id)
    passkeys.value = known ? others.map((each) => (each.id === passkey.id ? passkey : each)) : [...others, passkey]
  }

  return { passkeys, ...state, giveUp, adopt }
}
