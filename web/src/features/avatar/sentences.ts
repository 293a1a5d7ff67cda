/** Sentences for the codes of a person’s picture. */
export const sentences: Record<string, string> = {
  NOT_AN_IMAGE: 'That file is not a picture that can be read. Choose a PNG, JPEG or WebP.',
  IMAGE_TOO_LARGE: 'That picture has too many pixels. Choose a smaller one.',
}
