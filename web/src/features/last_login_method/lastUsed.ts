// better-auth's own name, whatever the other cookies begin with.
const COOKIE = 'better-auth.last_used_login_method='

/** How somebody signed in last at this browser, in better-auth's words; null where nobody knows. */
export function lastUsed(): string | null {
  const found = document.cookie.split('; ').find((each) => each.startsWith(COOKIE))
  try {
    return found ? decodeURIComponent(found.slice(COOKIE.length)) : null
  } catch {
    return null
  }
}
