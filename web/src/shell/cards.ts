import { defineComponent, h, type Component } from 'vue'
import { useSession } from '@/session/useSession'

/** A page of cards, each of which is told whose it is. */
export function pageOf(cards: readonly Component[]) {
  return defineComponent({
    setup() {
      const { user } = useSession()
      return () => user.value && cards.map((card) => h(card, { user: user.value }))
    },
  })
}
