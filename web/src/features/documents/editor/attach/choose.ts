import { PICTURES } from './upload'

/** Lets a person choose files of their device; a browser that is asked again forgets the first question. */
export function choose(pictures: boolean): Promise<File[]> {
  const input = document.createElement('input')
  input.type = 'file'
  input.multiple = true
  if (pictures) input.accept = PICTURES.join(',')
  return new Promise((resolve) => {
    const done = () => {
      input.remove()
      resolve([...input.files ?? []])
    }
    input.addEventListener('change', done, { once: true })
    input.addEventListener('cancel', done, { once: true })
    input.hidden = true
    // One that stands nowhere is thrown away by some browsers before it is answered.
    document.body.append(input)
    input.click()
  })
}
