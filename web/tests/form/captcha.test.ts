import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'
import type { Watch } from '@/ask'
import { boot } from '@/boot'
import CaptchaField from '@/form/CaptchaField.vue'
import { useCaptcha } from '@/form/useCaptcha'

const keys = { provider: 'hcaptcha', siteKey: 'site-key' }
const watch: Watch = { onError: () => {} }
const call = () => vi.fn<(watch: Watch) => Promise<{ data: string, error: null }>>(() => Promise.resolve({ data: 'done', error: null }))

afterEach(() => {
  delete boot.settings.captcha
  vi.restoreAllMocks()
})

it('leaves calls as they are where the server has no riddle', async () => {
  const asked = call()
  expect(useCaptcha().solved(asked)).toBe(asked)
})

it('asks nobody without an answer, and sends each one once', async () => {
  boot.settings.captcha = keys
  const { riddle, solved } = useCaptcha()
  const asked = call()
  expect((await solved(asked)(watch)).error?.code).toBe('MISSING_RESPONSE')
  expect(asked).not.toHaveBeenCalled()
  riddle.answer = 'an answer'
  await solved(asked)(watch)
  expect(asked).toHaveBeenCalledWith({ ...watch, headers: { 'x-captcha-response': 'an answer' } })
  expect(riddle).toEqual({ answer: '', round: 1 })
})

it('says so where the script cannot be loaded, and shows the widget where it can', async () => {
  boot.settings.captcha = keys
  const scripts: HTMLScriptElement[] = []
  vi.spyOn(document.head, 'append').mockImplementation((...added) => { scripts.push(...added as HTMLScriptElement[]) })
  const lost = mount(CaptchaField, { props: { modelValue: '', round: 0 } })
  expect(scripts[0]?.src).toContain('https://js.hcaptcha.com/1/api.js')
  scripts[0]?.dispatchEvent(new Event('error'))
  await flushPromises()
  expect(lost.get('[role="alert"]').text()).toContain('could not be loaded')
  lost.unmount()

  const render = vi.fn<(place: HTMLElement, options: Record<string, unknown>) => number>(() => 7)
  const widget = { render, reset: vi.fn() }
  const field = mount(CaptchaField, { props: { modelValue: '', round: 0 } })
  Object.assign(window, { hcaptcha: widget })
  const ready = (window as unknown as Record<string, () => void>).captchaIsReady
  ready?.()
  await flushPromises()
  const options = widget.render.mock.calls[0]?.[1]
  expect(options).toMatchObject({ sitekey: 'site-key', theme: 'light' })
  const answered = options?.callback as (answer: string) => void
  answered('an answer')
  expect(field.emitted('update:modelValue')).toEqual([['an answer']])
  await field.setProps({ round: 1 })
  expect(widget.reset).toHaveBeenCalledWith(7)
})
