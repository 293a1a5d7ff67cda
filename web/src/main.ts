import '@/styles/main.css'
import { createApp } from 'vue'
import App from '@/App.vue'
import { ready } from '@/auth'
import '@/icons'
import { router } from '@/router'
import { useSession } from '@/session/useSession'
import { reloadOnStaleBundle } from '@/shell/freshness'

const AGAIN = 5000

/** Once the client is there; where it does not come, as without a network, it is asked for again. */
function follow(): void {
  ready().then(() => useSession().follow(), () => setTimeout(follow, AGAIN))
}

function showFirstPage(): void {
  app.mount('#app')
  // After the paint: until then the page shows what the server wrote into it.
  requestAnimationFrame(follow)
}

function apologise(): void {
  document.getElementById('sorry')!.hidden = false
}

reloadOnStaleBundle(router)
const app = createApp(App).use(router)
router.isReady().then(showFirstPage, apologise)
