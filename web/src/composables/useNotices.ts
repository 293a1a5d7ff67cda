import { useToast } from '@nuxt/ui/composables/useToast'
import { readonly, shallowRef } from 'vue'

const used = shallowRef(false)

interface Notice { title: string, description?: string, color?: 'success' | 'warning' | 'error' | 'neutral' }

/** Short notices at the edge of the page; one that says the same as another replaces it. */
export function useNotices() {
  const toast = useToast()
  function tell({ color = 'neutral', ...notice }: Notice): void {
    used.value = true
    toast.add({ ...notice, color, id: notice.title })
  }
  return { tell, used: readonly(used) }
}
