// A browser at examples/next, as Next would call its modules.
import { NextRequest } from 'next/server'
import { rename } from '../../../examples/next/app/members/actions'
import { auth, who } from '../../../examples/next/lib/auth'
import { proxy } from '../../../examples/next/proxy'

declare global {
  var asked: Headers
}
const person = { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' }
const members = (cookie: string) => proxy(new NextRequest('http://localhost:3000/members', { headers: { cookie } }))
const thrown = (work: Promise<unknown>) => work.then(() => null, (error: Error & { digest?: string }) => error.digest ?? error.message)
const form = new FormData()
form.set('name', 'Countess')
let cookie = ''
const onSuccess = ({ response }: { response: Response }) => {
  cookie = response.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ')
}

globalThis.asked = new Headers()
const said: unknown[] = [members('').headers.get('location'), await who(), await thrown(rename(form))]
const origin = process.env.BETTER_AUTH_URL ?? ''
await auth.signUp.email({ ...person, fetchOptions: { onSuccess, headers: { origin } } })
globalThis.asked = new Headers({ cookie })
said.push(members(cookie).headers.get('x-middleware-next'), (await who())?.user.name, await thrown(rename(form)), (await who())?.user.name)
said.push((await auth.updateUser({ name: 'Eve', fetchOptions: { headers: { cookie } } })).error?.code)
process.stdout.write(JSON.stringify(said))
process.exit(0)
