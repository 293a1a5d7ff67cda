'use server'
import { redirect } from 'next/navigation'
import { asCaller, auth } from '@/lib/auth'

export async function rename(form: FormData) {
  const { error } = await auth.updateUser({ name: String(form.get('name')), fetchOptions: await asCaller() })
  if (error) throw new Error(error.code)
  redirect('/members')
}
