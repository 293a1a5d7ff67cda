import type { Component } from 'vue'
import IconFile from '~icons/lucide/file'
import IconArchive from '~icons/lucide/file-archive'
import IconAudio from '~icons/lucide/file-music'
import IconImage from '~icons/lucide/file-image'
import IconTable from '~icons/lucide/file-spreadsheet'
import IconText from '~icons/lucide/file-text'
import IconVideo from '~icons/lucide/file-video-camera'

const ICONS: readonly [RegExp, Component][] = [
  [/^image\//, IconImage],
  [/^audio\//, IconAudio],
  [/^video\//, IconVideo],
  [/csv|sheet|excel/, IconTable],
  [/zip|compressed|tar|gzip|archive/, IconArchive],
  [/^text\/|pdf|document|msword|rtf|epub|presentation|powerpoint/, IconText],
]

/** What a file looks like, by its type. */
export function iconOf(kind: string | null): Component {
  return ICONS.find(([pattern]) => pattern.test(kind ?? ''))?.[1] ?? IconFile
}
