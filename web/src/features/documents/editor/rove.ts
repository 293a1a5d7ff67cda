const FOCUSABLE = 'button:not(:disabled):not([hidden])'
const STEPS: Record<string, (at: number, count: number) => number> = {
  ArrowRight: (at, count) => (at + 1) % count,
  ArrowLeft: (at, count) => (at - 1 + count) % count,
  Home: () => 0,
  End: (_at, count) => count - 1,
}

function buttonsOf(bar: HTMLElement): HTMLElement[] {
  return [...bar.querySelectorAll<HTMLElement>(FOCUSABLE)]
}

/** A toolbar is one stop of the Tab key: arrows lead through it. */
export const vRove = {
  mounted(bar: HTMLElement) {
    bar.addEventListener('focusin', ({ target }) => {
      buttonsOf(bar).forEach((each) => { each.tabIndex = each === target ? 0 : -1 })
    })
    bar.addEventListener('keydown', (event) => {
      const buttons = buttonsOf(bar)
      const step = STEPS[event.key]
      const at = buttons.indexOf(document.activeElement as HTMLElement)
      if (!step || at < 0 || event.defaultPrevented) return
      event.preventDefault()
      const forwards = getComputedStyle(bar).direction === 'rtl' ? buttons.length - 1 - at : at
      const next = step(forwards, buttons.length)
      buttons[getComputedStyle(bar).direction === 'rtl' ? buttons.length - 1 - next : next]?.focus()
    })
    settle(bar)
  },
  updated: settle,
}

function settle(bar: HTMLElement): void {
  const buttons = buttonsOf(bar)
  const now = buttons.find((each) => each.tabIndex === 0 && bar.contains(document.activeElement)) ?? buttons[0]
  buttons.forEach((each) => { each.tabIndex = each === now ? 0 : -1 })
}
