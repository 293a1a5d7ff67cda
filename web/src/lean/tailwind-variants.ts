// Nuxt UI's variants without its merging of conflicting classes (13 kB): where ours overrule, the order of the style sheet
// or an `!` decides.
export { cn as cnMerge, createTV } from 'tailwind-variants/lite'
