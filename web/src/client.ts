import { createAuthClient } from 'better-auth/vue'
import { sayLost } from '@/lost'

function meansSessionLost(status: number, code: unknown): boolean {
  return status === 401 && (code === undefined || code === 'UNAUTHORIZED' || code === 'FAILED_TO_GET_SESSION')
}

/** The client of the authentication API, on the page's own origin. */
export const client = createAuthClient({
  fetchOptions: {
    onError({ error }) {
      if (meansSessionLost(error.status, error.code)) sayLost()
    },
  },
})
