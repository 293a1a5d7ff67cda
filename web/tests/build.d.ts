// What Nuxt UI writes when the app is built, which it need not have been before its types are looked at.
declare module '#build/ui/*' {
  const theme: object
  export default theme
}
