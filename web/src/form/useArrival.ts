import { onMounted } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { refusal, type Problem } from '@/ask'

/** Says why somebody is sent back here by a link or a provider, once: `?error=CODE` goes from the address. */
export function useArrival(show: (problem: Problem) => void): void {
  const route = useRoute()
  const router = useRouter()
  onMounted(() => {
    const { error } = route.query
    if (!error) return
    const query = { ...route.query, error: undefined, error_description: undefined }
    show(refusal(String(Array.isArray(error) ? error[0] : error)))
    void router.replace({ query, hash: route.hash })
  })
}
