// Somebody with examples/expo on their phone.
import { ask, auth } from '../../../examples/expo/auth'

const person = { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' }
const who = async () => (await auth.getSession()).data?.user.email ?? null
const said = [
  await who(),
  (await auth.signUp.email(person)).error,
  await who(),
  (await (await ask('/api/auth/get-session')).json())?.user.email,
  (await auth.signOut()).data?.success,
  await who(),
  (await auth.signIn.email(person)).data?.user.name,
]
process.stdout.write(JSON.stringify(said))
process.exit(0)
