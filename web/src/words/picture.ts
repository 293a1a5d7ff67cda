/** The address of a person's picture that the page may show: one of ours, whatever name this server goes by. */
export function pictureAddress(image: string | null | undefined): string | undefined {
  if (!image) return undefined
  if (image.startsWith('data:image/')) return image
  const url = URL.canParse(image, window.location.origin) ? new URL(image, window.location.origin) : null
  return url?.pathname.startsWith('/avatars/') ? url.pathname : undefined
}
