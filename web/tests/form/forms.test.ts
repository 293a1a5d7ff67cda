import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, effectScope, nextTick, reactive, shallowRef, useTemplateRef } from 'vue'
import { clockTime, useCountdown } from '@/form/useCountdown'
import { useDraft } from '@/form/useDraft'
import { useForm } from '@/form/useForm'
import { useFormErrors } from '@/form/useFormErrors'
import { problemOf } from '@/ask'

const Form = defineComponent({
  setup() {
    return useFormErrors(useTemplateRef<HTMLFormElement>('form'), ['email', 'password'] as const)
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
