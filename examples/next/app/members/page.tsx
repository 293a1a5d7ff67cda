import { redirect } from 'next/navigation'
import { who } from '@/lib/auth'
import { SignOut } from '../Door'
import { rename } from './actions'

export default async function Members() {
  const session = await who()
  if (!session) redirect('/')
  return (
    <main>
      <h1>Hello, {session.user.name}</h1>
      <form action={rename}>
        <label>New name <input name="name" required /></label>
        <button>Rename</button>
      </form>
      <SignOut />
    </main>
  )
}
