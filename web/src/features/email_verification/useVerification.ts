import { computed, watchEffect } from 'vue'
import { useRoute } from 'vue-router'
import { useEmailChange } from '@/features/email_verification/useEmailChange'
import { useSession } from '@/session/useSession'

export type Verification =
  | 'pending' | 'done' | 'already' | 'unknown'
  | 'expired' | 'invalid' | 'no user' | 'other user'
  | 'change done' | 'change half' | 'change unknown'

const OF_ERROR: Record<string, Verification> = {
  TOKEN_EXPIRED: 'expired',
  USER_NOT_FOUND: 'no user',
  INVALID_USER: 'other user',
}

/** Where a confirmation of an e-mail address stands, as the link in the mail and the session tell. */
export function useVerification() {
  const route = useRoute()
  const { user } = useSession()
  const { underWay, arrived } = useEmailChange()
  const error = typeof route.query.error === 'string' ? route.query.error : ''
  const ofChange = route.query.for === 'change'
  // Without an error the link in the mail has done its work.
  const ofMail = route.query.from === 'mail'
  let waited = false

  watchEffect(() => { waited ||= user.value?.emailVerified === false })

  function afterChange(): Verification {
    if (arrived.value) return 'change done'
    return underWay.value ? 'change half' : 'change unknown'
  }

  return computed<Verification>(() => {
    if (error) return OF_ERROR[error] ?? 'invalid'
    if (ofChange) return afterChange()
    if (!user.value) return ofMail ? 'done' : 'unknown'
    if (!user.value.emailVerified) return 'pending'
    return ofMail || waited ? 'done' : 'already'
  })
}
