import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, effectScope, nextTick, reactive, shallowRef, useTemplateRef } from 'vue'
import FormProblem from '@/form/FormProblem.vue'
import { clockTime, useCountdown } from '@/form/useCountdown'
import { useDraft } from '@/form/useDraft'
import { useForm } from '@/form/useForm'
import { useFormErrors } from '@/form/useFormErrors'
import { problemOf } from '@/ask'

const Form = defineComponent({
  setup() {
    return useFormErrors(useTemplateRef<HTMLFormElement>('form'), ['email', 'password'] as const, shallowRef(0))
  },
  template: `<form ref="form">
    <input id="email" :aria-invalid="!!errors.email"><input id="password" :aria-invalid="!!errors.password">
  </form>`,
})

const settle = async () => { await nextTick(); await nextTick() }

describe('useForm', () => {
  it('says how to find out where nobody knows whether it was done', async () => {
    const refused = problemOf({ status: 503, code: 'OUTCOME_UNKNOWN' }, new Headers({ 'Retry-After': '1' }))
    const send = async () => ({ data: null, problem: refused })
    const problems = [undefined, 'OUTCOME_UNKNOWN.reset'].map((unknown) => effectScope().run(async () => {
      const form = useForm(shallowRef(null), ['password'] as const, { send, unknown })
      await form.submit({}, async () => ({ data: null, error: null }))
      return form.problem.value?.text
    }))
    const [usual, reset] = await Promise.all(problems)
    expect(usual).toMatch(/try again to find out/)
    expect(reset).toMatch(/try to sign in with the new one/)
  })
})

describe('a form that has to wait', () => {
  beforeEach(() => { vi.useFakeTimers() })
  afterEach(() => { vi.useRealTimers() })

  const Waiting = defineComponent({
    components: { FormProblem },
    setup() {
      const limited = problemOf({ status: 429 }, new Headers({ 'Retry-After': '9' }))
      const send = vi.fn(async () => ({ data: null, problem: limited }))
      const parts = useForm(useTemplateRef<HTMLFormElement>('form'), ['password'] as const, { send })
      return { ...parts, send, go: () => parts.submit({}, async () => ({ data: null, error: null })) }
    },
    template: `<form ref="form" @submit.prevent="go">
      <FormProblem :problem="problem" :wait="wait" />
      <input id="password" @input="clear('password')"><button type="submit" v-bind="held">Sign in</button>
    </form>`,
  })

  const limited = async () => {
    const form = mount(Waiting, { attachTo: document.body })
    await form.vm.go()
    await settle()
    const notice = () => form.get('[role="alert"]').text()
    return { form, notice, button: form.get('button') }
  }

  it('keeps its notice whatever is typed, and says at the button how long', async () => {
    const { form, notice, button } = await limited()
    await form.get('input').trigger('input')
    expect(notice()).toMatch(/Try again in 0:09/)
    expect(button.attributes()).toMatchObject({ 'aria-disabled': 'true', 'aria-description': 'Wait 10 seconds.' })
    expect(button.attributes('disabled')).toBeUndefined()
    await vi.advanceTimersByTimeAsync(5000)
    expect(notice()).toMatch(/Try again in 0:04/)
    expect(button.attributes('aria-description')).toBe('Wait 5 seconds.')
    form.unmount()
  })

  it('answers Enter with what is left of the wait, and asks nobody', async () => {
    const { form, notice } = await limited()
    await vi.advanceTimersByTimeAsync(3000)
    await form.get('form').trigger('submit')
    expect(notice()).toMatch(/Wait 6 seconds/)
    expect(form.vm.send).toHaveBeenCalledTimes(1)
    form.unmount()
  })

  it('can be sent when the wait is over, and is rid of the notice by typing', async () => {
    const { form, notice, button } = await limited()
    await vi.advanceTimersByTimeAsync(9000)
    expect(notice()).toBe('You can try again now.')
    expect(button.attributes('aria-disabled')).toBeUndefined()
    await form.get('input').trigger('input')
    expect(notice()).toBe('')
    await form.get('form').trigger('submit')
    expect(form.vm.send).toHaveBeenCalledTimes(2)
    form.unmount()
  })
})

describe('useFormErrors', () => {
  const open = () => mount(Form, { attachTo: document.body })

  it('shows what a check found and goes to the first field at fault', async () => {
    const form = open()
    expect(form.vm.check({ password: 'Enter it.' })).toBe(false)
    await settle()
    expect(form.vm.errors.password).toBe('Enter it.')
    expect(document.activeElement?.id).toBe('password')
    form.unmount()
  })

  it('puts a refusal beside its field, or above the form', async () => {
    const form = open()
    form.vm.show(problemOf({ status: 400, code: 'INVALID_EMAIL' }))
    await settle()
    expect(form.vm.errors.email).toBeTruthy()
    expect(form.vm.problem).toBeNull()
    expect(document.activeElement?.id).toBe('email')
    form.vm.show(problemOf({ status: 401, code: 'INVALID_EMAIL_OR_PASSWORD' }))
    expect(form.vm.errors.email).toBeUndefined()
    expect(form.vm.problem?.code).toBe('INVALID_EMAIL_OR_PASSWORD')
    form.unmount()
  })

  it('shows a refusal about a field that the form lacks above it', () => {
    const form = open()
    form.vm.show(problemOf({ status: 400, code: 'VALIDATION_ERROR', message: '[body.name] x' }))
    expect(form.vm.problem?.field).toBe('name')
    form.unmount()
  })

  it('forgets the error of a field that is being mended', () => {
    const form = open()
    form.vm.check({ email: 'x', password: 'y' })
    form.vm.clear('email')
    expect(form.vm.errors).toEqual({ password: 'y' })
    form.unmount()
  })
})

describe('useCountdown', () => {
  beforeEach(() => { vi.useFakeTimers() })
  afterEach(() => { vi.useRealTimers() })

  it('counts to zero by the clock and stops', () => {
    const scope = effectScope()
    const { left, start } = scope.run(useCountdown)!
    start(3)
    expect(left.value).toBe(3)
    vi.advanceTimersByTime(1500)
    expect(left.value).toBe(2)
    vi.advanceTimersByTime(1500)
    expect(left.value).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
    scope.stop()
  })

  it('is over when a sleeping tab wakes after the wait', () => {
    const scope = effectScope()
    const { left, start } = scope.run(useCountdown)!
    start(60)
    vi.setSystemTime(Date.now() + 120_000)
    vi.advanceTimersByTime(250)
    expect(left.value).toBe(0)
    scope.stop()
  })

  it('leaves no timer behind', () => {
    const scope = effectScope()
    scope.run(useCountdown)!.start(60)
    scope.stop()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('useDraft', () => {
  beforeEach(() => { sessionStorage.clear() })
  const form = () => reactive({ email: '', password: '', rememberMe: true })

  it('brings back the named fields and no other', async () => {
    const first = form()
    useDraft('test', first, ['email', 'rememberMe'])
    Object.assign(first, { email: 'ada@example.com', password: 'secret', rememberMe: false })
    await nextTick()
    const second = form()
    useDraft('test', second, ['email', 'rememberMe'])
    expect(second).toEqual({ email: 'ada@example.com', password: '', rememberMe: false })
    expect(JSON.stringify(sessionStorage)).not.toContain('secret')
  })

  it('survives what it cannot read, and is gone when discarded', async () => {
    sessionStorage.setItem('draft:test', '{broken')
    const values = form()
    const { discard } = useDraft('test', values, ['email'])
    expect(values.email).toBe('')
    sessionStorage.setItem('draft:test', '{"email":["not text"]}')
    useDraft('test', values, ['email'])
    expect(values.email).toBe('')
    values.email = 'ada@example.com'
    await nextTick()
    discard()
    await nextTick()
    expect(sessionStorage.getItem('draft:test')).toBeNull()
  })
})

describe('clockTime', () => {
  it('writes minutes and two digits of seconds', () => {
    expect([0, 9, 60, 75, 3600].map(clockTime)).toEqual(['0:00', '0:09', '1:00', '1:15', '60:00'])
  })
})
