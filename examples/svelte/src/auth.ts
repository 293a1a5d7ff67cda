import { createAuthClient } from 'better-auth/svelte'

// Without VITE_AUTH_URL the API is at the page's own origin.
export const auth = createAuthClient({ baseURL: import.meta.env.VITE_AUTH_URL })

/** Signs in, or up; what to tell the person where that did not work. */
export async function enter(form: FormData): Promise<string> {
  const [email = '', password = '', name = ''] = ['email', 'password', 'name'].map((each) => String(form.get(each) ?? ''))
  const { error } = form.get('way') === 'up'
    ? await auth.signUp.email({ email, password, name })
    : await auth.signIn.email({ email, password })
  return error ? (error.message ?? 'The server cannot be reached.') : ''
}
