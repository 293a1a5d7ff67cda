'use client'
import { createAuthClient } from 'better-auth/react'
import { useActionState } from 'react'

const auth = createAuthClient()

async function enter(_: string, form: FormData): Promise<string> {
  const [email = '', password = '', name = ''] = ['email', 'password', 'name'].map((each) => String(form.get(each) ?? ''))
  const { error } = form.get('way') === 'up'
    ? await auth.signUp.email({ email, password, name })
    : await auth.signIn.email({ email, password })
  if (!error) window.location.assign('/members')
  return error ? (error.message ?? 'The server cannot be reached.') : ''
}

export function Door() {
  const [problem, action] = useActionState(enter, '')
  return (
    <form action={action}>
      <label>Name <input name="name" /></label>
      <label>E-mail <input name="email" type="email" required /></label>
      <label>Password <input name="password" type="password" required /></label>
      <button name="way" value="in">Sign in</button>
      <button name="way" value="up">Sign up</button>
      <p role="alert">{problem}</p>
    </form>
  )
}

export function SignOut() {
  return <button onClick={() => void auth.signOut().then(() => window.location.assign('/'))}>Sign out</button>
}
