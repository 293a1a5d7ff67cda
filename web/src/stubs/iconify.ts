import { defineComponent } from 'vue'

// Icons are components here, bundled with what draws them; nothing is looked up by name or fetched.
export const Icon = defineComponent({
  props: { icon: { type: String, required: true } },
  setup(props) {
    if (import.meta.env.DEV) console.error(`No icon is bundled for "${props.icon}": name it in src/icons.ts`)
    return () => null
  },
})

export const iconLoaded = () => true
