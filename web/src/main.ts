import '@/styles/main.css'
import { createApp } from 'vue'
import App from '@/App.vue'
import { ready } from '@/auth'
import '@/icons'
import { router } from '@/router'
import { useSession } from '@/session/useSession'
import { reloadOnStaleBundle } from '@/shell/freshness'
import { learnLanguage } from '@/words/t'

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

/** The pages come once their language is there: they are called when they are loaded. */
async function start(): Promise<void> {
  await learnLanguage()
  app.use(router)
  await router.isReady()
  showFirstPage()
}

reloadOnStaleBundle(router)
const app = createApp(App)
start().catch(apologise)
