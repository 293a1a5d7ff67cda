import { plural, t } from '@/words/t'

/** How the document on the screen stands to the one in the database. */
export type Status =
  | { kind: 'connecting' | 'saving' | 'saved' | 'read-only' | 'outdated' }
  | { kind: 'offline' | 'not-saved' | 'full', unsaved: number }
  /** The server says why: DOCUMENT_NO_ACCESS and so on. */
  | { kind: 'refused', code: string, unsaved: number }

const WORDS: Record<Status['kind'], (unsaved: number) => string> = {
  connecting: () => t('Connecting…'),
  saving: () => t('Saving…'),
  saved: () => t('Saved'),
  'read-only': () => t('Read only'),
  outdated: () => t('Reload this page: it is older than the document'),
  offline: (unsaved) => unsaved
    ? plural(unsaved, 'Offline. One change is kept on this device', 'Offline. {count} changes are kept on this device')
    : t('Offline'),
  'not-saved': () => t('Not saved: the server cannot write just now'),
  full: () => t('Not saved: the document is full'),
  refused: (unsaved) => unsaved
    ? plural(unsaved, 'Closed. One change was not saved', 'Closed. {count} changes were not saved')
    : t('Closed'),
}

export function wordsOf(status: Status): string {
  return WORDS[status.kind]('unsaved' in status ? status.unsaved : 0)
}

/** Whether something is wrong that people should not have to look for. */
export function isTrouble({ kind }: Status): boolean {
  return ['offline', 'not-saved', 'full', 'refused', 'outdated'].includes(kind)
}
