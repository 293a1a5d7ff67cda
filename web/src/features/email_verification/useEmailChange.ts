import { computed, shallowRef } from 'vue'
import { useSession } from '@/session/useSession'

/** As long as the links in the mails work. */
const LIFE = 3_600_000

interface EmailChange {
  /** Whose address changes. */
  userId: string
  to: string
  /** Which mailbox has to answer next. */
  mailbox: 'old' | 'new'
  until: number
}

const KEY = 'email-change'

function stored(): EmailChange | null {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? 'null') as EmailChange | null
  } catch {
    return null
  }
}

const change = shallowRef<EmailChange | null>(stored())

function keep(next: EmailChange | null): void {
  change.value = next
  try {
    if (next) localStorage.setItem(KEY, JSON.stringify(next))
    else localStorage.removeItem(KEY)
  } catch {
    // Storage is barred: the change is remembered as long as the page.
  }
}

window.addEventListener('storage', ({ key }) => {
  if (key === KEY || key === null) change.value = stored()
})

/** The change of address that is under way, as far as this browser knows: the server tells nobody. */
export function useEmailChange() {
  const { user } = useSession()
  const mine = computed(() => {
    const found = change.value
    return found && found.userId === user.value?.id && found.until > Date.now() ? found : null
  })
  const underWay = computed(() => (mine.value && mine.value.to !== user.value?.email ? mine.value : null))
  const arrived = computed(() => mine.value !== null && mine.value.to === user.value?.email)

  function begin(to: string): void {
    if (!user.value) return
    keep({ userId: user.value.id, to, mailbox: user.value.emailVerified ? 'old' : 'new', until: Date.now() + LIFE })
  }

  /** The old mailbox has agreed. */
  function allowed(): void {
    if (mine.value) keep({ ...mine.value, mailbox: 'new' })
  }

  return { underWay, arrived, begin, allowed, forget: () => keep(null) }
}
