import { isPlugged } from '@/boot'

/** Where another account is added: the server shows it to people who are signed in, too. */
export const ADD_PAGE = '/login?add=yes'

/** Whether somebody signs in on this page beside those who are signed in at this browser. */
export function isAdding(search = window.location.search): boolean {
  return isPlugged('multi_session') && new URLSearchParams(search).get('add') === 'yes'
}
