import { useRouter } from 'vue-router'
import { useSession } from '@/session/useSession'
import { useNotices } from '@/shell/useNotices'
import { t } from '@/words/t'

/** Where a password was reset: whoever was signed in here is not any more, and comes in with the new one. */
export function usePasswordChanged() {
  const router = useRouter()
  const { stop } = useSession()
  const { tell } = useNotices()

  return async () => {
    stop()
    await router.push('/login')
    tell({ title: t('Your password is changed'), description: t('Sign in with the new one.'), kind: 'success' })
  }
}
