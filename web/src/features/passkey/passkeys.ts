import { getPasskeyActions } from '@better-auth/passkey/client'
import { WebAuthnAbortService } from '@simplewebauthn/browser'
import type { Watch } from '@/ask'
import { auth } from '@/auth'

type Parts = Parameters<typeof getPasskeyActions>[1]

/** A passkey as the server lists it. */
export interface Passkey {
  id: string
  name: string | null
  deviceType: 'singleDevice' | 'multiDevice'
  backedUp: boolean
  createdAt: Date | null
}

// What would keep better-auth's own list of passkeys; ours is asked for where it is shown.
const nowhere = { set() {} } as unknown as Parts['$listPasskeys']

// better-auth's client for passkeys over the app's own, loaded with what has to do with passkeys.
const actions = getPasskeyActions(auth.$fetch, { $listPasskeys: nowhere, $store: auth.$store })

/** Whether this browser knows passkeys. */
export const supported = typeof window.PublicKeyCredential === 'function'

/** Whether it offers them in the field for the address. */
export async function fillsIn(): Promise<boolean> {
  return supported && await window.PublicKeyCredential.isConditionalMediationAvailable?.().catch(() => false) === true
}

export const signIn = (watch: Watch, autoFill = false) => actions.signIn.passkey({ autoFill }, watch)

/** A passkey more; what it is called is said afterwards, as authenticators show a name given here as the person's. */
export const add = (watch: Watch) => actions.passkey.addPasskey({}, watch)

export const list = (watch: Watch) =>
  auth.$fetch<Passkey[]>('/passkey/list-user-passkeys', { method: 'GET', ...watch })

export const rename = (id: string, name: string, watch: Watch) =>
  auth.$fetch<{ passkey: Passkey }>('/passkey/update-passkey', { method: 'POST', body: { id, name }, ...watch })

export const remove = (id: string, watch: Watch) =>
  auth.$fetch<{ status: boolean }>('/passkey/delete-passkey', { method: 'POST', body: { id }, ...watch })

/** Ends whatever the browser is asking. */
export const cancel = () => WebAuthnAbortService.cancelCeremony()
