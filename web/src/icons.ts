import { useAppConfig } from '@nuxt/ui/runtime/vue/composables/useAppConfig.js'
import IconCheck from '~icons/lucide/check'
import IconChevronRight from '~icons/lucide/chevron-right'
import IconLoader from '~icons/lucide/loader-circle'
import IconX from '~icons/lucide/x'

// The icons that Nuxt UI's components draw by themselves; ours are imported where they are used.
Object.assign(useAppConfig().ui.icons, {
  check: IconCheck,
  chevronRight: IconChevronRight,
  close: IconX,
  loading: IconLoader,
})
