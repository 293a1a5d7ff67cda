import '@/styles/main.css'
import { createApp } from 'vue'
import App from '@/App.vue'
import { useSession } from '@/composables/useSession'
import { reloadOnStaleBundle } from '@/freshness'
import '@/icons'
import { router } from '@/router'

reloadOnStaleBundle()

createApp(App).use(router).mount('#app')

// After the first paint: until then the page shows what the server wrote into it.
void router.isReady().then(() => requestAnimationFrame(() => useSession().follow()))
