import type { Plain } from '@/words/t'

/** Plains for the codes of a person’s picture. */
export const sentences: Record<string, Plain> = {
  NOT_AN_IMAGE: 'That file is not a picture that can be read. Choose a PNG, JPEG or WebP.',
  IMAGE_TOO_COMPLEX: 'That picture takes too long to read. Save it anew, or choose another one.',
  STORAGE_FULL: 'There is no room for another picture at the moment. Try again later.',
  STORAGE_UNAVAILABLE: 'Pictures cannot be kept at the moment. Try again later.',
  IMAGE_TOO_LARGE: 'That picture has too many pixels. Choose a smaller one.',
}

/** Notices of which the later takes the earlier's place. */
export const PICTURE_SAVED: Plain = 'Your picture is saved'
export const PICTURE_REMOVED: Plain = 'Your picture is removed'
