import { flushPromises, mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { defineComponent, h, type Component, type PropType } from 'vue'
import pages from '../../pages.json'
import SignInForm from '@/features/email_password/SignInForm.vue'
import SignUpForm from '@/features/email_password/SignUpForm.vue'
import '@/icons'
import { router, routesOf } from '@/router'
import { doorOf, loadParts, type Door } from '@/shell/ways'

const shown: Door[] = []
const Way = defineComponent({
  props: { door: { type: Object as PropType<Door>, required: true } },
  setup: (props) => () => {
    shown.push(props.door)
    return h('button', { type: 'button', onClick: () => { asked.push(props.door.askEmail()) } }, `By ${props.door.email}`)
  },
})
const Nothing = defineComponent({ render: () => null })
const asked: (string | null)[] = []

const open = (form: Component, ways?: readonly Component[]) =>
  mount(form, { attachTo: document.body, props: { ways }, global: { plugins: [router] } })

describe('ways beside the password', () => {
  it('are loaded at once; one that fails is left out', async () => {
    const gone = () => Promise.reject(new Error('gone'))
    expect(await loadParts([() => Promise.resolve(Way), gone, () => Promise.resolve(Nothing)])).toEqual([Way, Nothing])
  })

  it('are handed to their page', () => {
    const Page = defineComponent({
      props: { fields: { type: Array, required: true }, ways: { type: Array, required: true } },
      setup: (props) => () => h('p', `${props.fields.length} ${props.ways.length}`),
    })
    expect(mount(doorOf(Page, [Nothing], [Way, Nothing])).text()).toBe('1 2')
  })

  it('stand below the form, and know what is in it', async () => {
    const form = open(SignInForm, [Way])
    await form.get('[name="email"]').setValue(' ada@example.com ')
    expect(form.get('section').attributes('aria-label')).toBe('Other ways to sign in')
    await form.get('section button').trigger('click')
    expect(asked.pop()).toBe('ada@example.com')
    expect(shown.at(-1)).toMatchObject({ page: 'login', email: 'ada@example.com', rememberMe: true })
    expect(open(SignUpForm, [Way]).get('section').attributes('aria-label')).toBe('Other ways to sign up')
  })

  it('have the form say what is wrong with the address', async () => {
    const form = open(SignInForm, [Way])
    await form.get('[name="email"]').setValue('nobody')
    await form.get('section button').trigger('click')
    await flushPromises()
    expect(asked.pop()).toBeNull()
    expect(document.activeElement).toBe(form.get('[name="email"]').element)
    expect(form.get('[name="email"]').attributes('aria-invalid')).toBe('true')
    expect(form.get('[name="password"]').attributes('aria-invalid')).not.toBe('true')
  })

  it('take no place where there are none', () => {
    expect(open(SignInForm).find('section').exists()).toBe(false)
    expect(open(SignInForm, []).find('section').exists()).toBe(false)
  })

  it('are in pages.json where they are there, and refused where not', () => {
    const list = pages as Parameters<typeof routesOf>[0]
    expect(list.filter(({ ways }) => ways).map(({ name }) => name)).toContain('login')
    expect(() => routesOf(list)).not.toThrow()
  })
})
