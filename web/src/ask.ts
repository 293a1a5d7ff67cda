import { hasSentence, sentence } from '@/sentence'

/** What went wrong with a request, in the words of a person. */
export interface Problem {
  kind: 'refused' | 'limited' | 'unreachable' | 'broken'
  code: string
  text: string
  /** The form field at fault, where there is one. */
  field?: string
  /** How long to wait before the next try. */
  seconds?: number
}

/** A call of the API's client that reports what came back to `watch`. */
export type Call<T> = (watch: Watch) => Promise<Reply<T>>

export type Answer<T> = { data: T, problem: null } | { data: null, problem: Problem }

interface Refusal { status: number, code?: string, message?: string }
interface Reply<T> { data: T | null, error: Refusal | null }
export interface Watch { onError: (context: { response: Response }) => void, headers?: Record<string, string> }

const FIELD_OF: Record<string, string> = {
  INVALID_EMAIL: 'email',
  USER_ALREADY_EXISTS: 'email',
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: 'email',
  USERNAME_IS_ALREADY_TAKEN: 'username',
  INVALID_PASSWORD: 'password',
  PASSWORD_TOO_SHORT: 'password',
  PASSWORD_TOO_LONG: 'password',
  PASSWORD_COMPROMISED: 'password',
}

/** Reads the first field out of "[body.email] Invalid email address; …". */
function fieldInMessage(message = ''): string | undefined {
  return /^\[body\.(\w+)\]/.exec(message)?.[1]
}

/** The wait that a 429 or 503 asks for, in seconds; a minute when it does not say. */
export function retryAfter(headers: Headers | undefined): number {
  const value = headers?.get('Retry-After') ?? headers?.get('X-Retry-After') ?? ''
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000
  return Number.isFinite(seconds) ? Math.max(1, Math.ceil(seconds)) : 60
}

function limited(headers: Headers | undefined, code: string): Problem {
  const seconds = retryAfter(headers)
  return { kind: 'limited', code, text: sentence(code), seconds }
}

/** Turns a refusal of the API into a problem. */
export function problemOf({ status, code = '', message }: Refusal, headers?: Headers): Problem {
  if (status === 429) return limited(headers, hasSentence(code) ? code : 'TOO_MANY_REQUESTS')
  if (status === 503 && headers?.has('Retry-After')) {
    return limited(headers, code === 'OUTCOME_UNKNOWN' ? code : 'SERVICE_UNAVAILABLE')
  }
  if (status >= 500 || status === 0) {
    return { kind: 'broken', code, text: sentence(code === 'UNKNOWN_ERROR' ? code : 'INTERNAL_SERVER_ERROR') }
  }
  const field = FIELD_OF[code] ?? fieldInMessage(message)
  const known = code === 'VALIDATION_ERROR' && field ? `VALIDATION_ERROR.${field}` : code
  return { kind: 'refused', code, text: sentence(known), field }
}

/** What the page itself refuses, where the server had nothing against it. */
export function refusal(code: string): Problem {
  return { kind: 'refused', code, text: sentence(code) }
}

function unreachable(): Problem {
  const code = navigator.onLine ? 'UNREACHABLE' : 'OFFLINE'
  return { kind: 'unreachable', code, text: sentence(code) }
}

/** Calls the API; whatever happens on the way comes back as a value. */
export async function ask<T>(call: Call<T>): Promise<Answer<T>> {
  let headers: Headers | undefined
  try {
    const { data, error } = await call({ onError: ({ response }) => { headers = response.headers } })
    return error ? { data: null, problem: problemOf(error, headers) } : { data: data as T, problem: null }
  } catch {
    return { data: null, problem: unreachable() }
  }
}
