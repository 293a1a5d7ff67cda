/** What we have changed of Nuxt UI's component themes; here, because Tailwind looks for class names in src alone. */
export const theme = {
  // Where letters are large, what stands beside a label goes below it.
  formField: { slots: { labelWrapper: 'flex-wrap gap-x-3!' } },
  button: {
    slots: { label: 'whitespace-normal!' },
    compoundVariants: [{
      color: 'primary' as const,
      variant: 'solid' as const,
      class: 'own-button!',
    }],
  },
}
