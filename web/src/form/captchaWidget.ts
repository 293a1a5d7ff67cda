/** What the providers' scripts have in common. */
export interface Widget {
  render: (place: HTMLElement, options: Record<string, unknown>) => string | number
  reset: (id: string | number) => void
}

// Its script, and what that calls itself.
const SCRIPTS: Record<string, readonly [url: string, name: string]> = {
  'cloudflare-turnstile': ['https://challenges.cloudflare.com/turnstile/v0/api.js', 'turnstile'],
  'google-recaptcha': ['https://www.google.com/recaptcha/api.js', 'grecaptcha'],
  hcaptcha: ['https://js.hcaptcha.com/1/api.js', 'hcaptcha'],
}
const READY = 'captchaIsReady'

let loading: Promise<Widget> | null = null

function load(provider: string): Promise<Widget> {
  return new Promise((resolve, reject) => {
    const [url, name] = SCRIPTS[provider] ?? ['', '']
    const found = window as unknown as Record<string, unknown>
    found[READY] = () => { resolve(found[name] as Widget) }
    const script = document.createElement('script')
    script.onerror = () => { reject(new Error(`${url} cannot be loaded`)) }
    script.src = `${url}?render=explicit&onload=${READY}`
    document.head.append(script)
  })
}

/** The provider's widget, whose script is loaded once; tried again where it could not be. */
export async function loadWidget(provider: string): Promise<Widget> {
  loading ??= load(provider)
  try {
    return await loading
  } catch (error) {
    loading = null
    throw error
  }
}
