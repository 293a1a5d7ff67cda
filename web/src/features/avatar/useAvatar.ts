import { ask, type Answer, type Call } from '@/ask'
import { auth } from '@/auth'
import { sentences } from '@/features/avatar/sentences'
import { learn } from '@/sentence'
import { useSession } from '@/session/useSession'

learn(sentences)

interface Picture { image: string | null }

const ADDRESS = `${window.location.origin}/api/avatar`

/** The person's own picture on the server. */
export function useAvatar() {
  const { change } = useSession()

  async function send(call: Call<Picture>): Promise<Answer<Picture>> {
    const answer = await ask(call)
    if (answer.data) change({ image: answer.data.image })
    return answer
  }

  function upload(picture: Blob): Promise<Answer<Picture>> {
    const headers = { 'Content-Type': picture.type }
    return send((watch) => auth.$fetch<Picture>(ADDRESS, { method: 'POST', body: picture, headers, ...watch }))
  }

  function remove(): Promise<Answer<Picture>> {
    return send((watch) => auth.$fetch<Picture>(ADDRESS, { method: 'DELETE', ...watch }))
  }

  return { upload, remove }
}
