// Nuxt UI's variants without its merging of conflicting classes, which is 13 kB: where a class of ours overrules one of
// its own, an `!` says so.
export { cn as cnMerge, createTV } from 'tailwind-variants/lite'
