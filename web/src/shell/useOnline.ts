import { readonly, shallowRef } from 'vue'

const online = shallowRef(navigator.onLine)

window.addEventListener('online', () => { online.value = true })
window.addEventListener('offline', () => { online.value = false })

/** Whether the browser believes that it has a network. */
export function useOnline() {
  return readonly(online)
}
