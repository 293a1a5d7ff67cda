import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import PasswordStrength from '@/form/PasswordStrength.vue'

interface Question { password: string, about: string[] }

/** A worker that answers when it is told to. */
class Slow {
  static all: Slow[] = []
  asked: Question[] = []
  gone = false
  onmessage: ((event: { data: unknown }) => void) | null = null
  onerror: (() => void) | null = null
  constructor() { Slow.all.push(this) }
  postMessage(question: Question) { this.asked.push(question) }
  terminate() { this.gone = true }
}

function shown(password: string) {
  Slow.all = []
  vi.stubGlobal('Worker', Slow)
  return mount(PasswordStrength, { props: { password, about: ['Ada Lovelace'] } })
}

afterEach(() => vi.unstubAllGlobals())

describe('PasswordStrength', () => {
  it('loads what guesses with the first key alone', async () => {
    const meter = shown('')
    expect(Slow.all).toHaveLength(0)
    await meter.setProps({ password: 'M' })
    expect(Slow.all).toHaveLength(1)
    expect(meter.text()).toContain('Weak.')
    meter.unmount()
    expect(Slow.all[0]?.gone).toBe(true)
  })

  it('praises nothing before it is known, and asks for the newest alone', async () => {
    const meter = shown('')
    for (const password of ['Manchester', 'Manchester1', 'Manchester12']) await meter.setProps({ password })
    expect(meter.text()).not.toMatch(/Weak|Fair|Good|Strong/)
    const [worker] = Slow.all
    worker?.onmessage?.({ data: { level: 'weak', advice: '' } })
    await flushPromises()
    expect(meter.text()).toContain('Weak.')
    expect(worker?.asked.map((each) => each.password)).toEqual(['Manchester', 'Manchester12'])
    expect(worker?.asked[0]?.about).toContain('Ada Lovelace')
    meter.unmount()
  })

  it('praises nothing where it cannot be loaded', async () => {
    const meter = shown('correct horse battery staple')
    Slow.all[0]?.onerror?.()
    await flushPromises()
    expect(meter.text()).not.toMatch(/Weak|Fair|Good|Strong/)
    meter.unmount()
    vi.unstubAllGlobals()
    vi.stubGlobal('Worker', undefined)
    expect(mount(PasswordStrength, { props: { password: 'correct horse', about: [] } }).text()).toContain('unrelated words')
  })
})
