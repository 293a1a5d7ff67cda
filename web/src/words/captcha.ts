import type { Sentence } from '@/words/t'

/** Sentences for the codes of captchas; `learn` takes them with the widget. */
export const captcha: Record<string, Sentence> = {
  MISSING_RESPONSE: 'Show first that you are no program: solve what stands above the button.',
  VERIFICATION_FAILED: 'What shows that you are no program did not go through. Try it once more.',
  UNKNOWN_ERROR: 'The service that tells people from programs does not answer. Please try again in a moment.',
}
