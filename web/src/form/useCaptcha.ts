import { reactive } from 'vue'
import type { Call } from '@/ask'
import { boot } from '@/boot'

/** The riddle before a form, where the server has one: `answer` is its widget's, and counts for one request. */
export function useCaptcha() {
  const { captcha } = boot.settings
  const riddle = reactive({ answer: '', round: 0 })

  function solved<T>(call: Call<T>): Call<T> {
    if (!captcha) return call
    return async (watch) => {
      if (!riddle.answer) return { data: null, error: { status: 400, code: 'MISSING_RESPONSE' } }
      const headers = { 'x-captcha-response': riddle.answer }
      riddle.answer = ''
      try {
        return await call({ ...watch, headers })
      } finally {
        riddle.round += 1
      }
    }
  }

  return { captcha, riddle, solved }
}
