import { useActionState } from 'react'
import { auth, enter } from './auth'

function Door() {
  const [problem, action] = useActionState((_: string, form: FormData) => enter(form), '')
  return (
    <form action={action}>
      <label>Name <input name="name" autoComplete="name" /></label>
      <label>E-mail <input name="email" type="email" autoComplete="username" required /></label>
      <label>Password <input name="password" type="password" autoComplete="current-password" required /></label>
      <button name="way" value="in">Sign in</button>
      <button name="way" value="up">Sign up</button>
      <p role="alert">{problem}</p>
    </form>
  )
}

/** What is below it is for people who are signed in. */
export function App() {
  const { data, isPending, error } = auth.useSession()
  if (isPending) return <p>One moment …</p>
  if (error) return <p role="alert">The server cannot be reached.</p>
  if (!data) return <Door />
  return (
    <main>
      <h1>Hello, {data.user.name}</h1>
      <button onClick={() => void auth.signOut()}>Sign out</button>
    </main>
  )
}
