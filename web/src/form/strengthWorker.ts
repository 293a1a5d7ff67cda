import { strengthByGuesses } from '@/words/guesses'

// Beside the page: the lists take a moment to unfold, and typing goes on meanwhile.
addEventListener('message', ({ data }: MessageEvent<{ password: string, about: string[] }>) => {
  postMessage(strengthByGuesses(data.password, data.about))
})
