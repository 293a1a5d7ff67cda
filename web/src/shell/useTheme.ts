import { computed, shallowRef, watchEffect } from 'vue'

export type Theme = 'light' | 'dark' | 'system'

const KEY = 'theme'
const systemIsDark = window.matchMedia('(prefers-color-scheme: dark)')

function stored(): Theme {
  try {
    const value = localStorage.getItem(KEY)
    return value === 'light' || value === 'dark' ? value : 'system'
  } catch {
    return 'system'
  }
}

function store(theme: Theme): void {
  try {
    if (theme === 'system') localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, theme)
  } catch {
    // Storage is barred: the choice lasts as long as the page.
  }
}

const chosen = shallowRef<Theme>(stored())
const dark = shallowRef(systemIsDark.matches)
const isDark = computed(() => (chosen.value === 'system' ? dark.value : chosen.value === 'dark'))

systemIsDark.addEventListener('change', (event) => { dark.value = event.matches })
window.addEventListener('storage', ({ key }) => {
  if (key === KEY || key === null) chosen.value = stored()
})

/** Keeps the page as the choice says; the shell has already painted it so. */
watchEffect(() => {
  document.documentElement.classList.toggle('dark', isDark.value)
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    meta.content = (isDark.value ? meta.dataset.dark : meta.dataset.light) ?? meta.content
  }
}, { flush: 'sync' })

/** The colour theme: light, dark, or as the system has it. */
export function useTheme() {
  const theme = computed({
    get: () => chosen.value,
    set(value: Theme) {
      chosen.value = value
      store(value)
    },
  })
  return { theme }
}
