import { shallowRef, type Ref } from 'vue'
import type { Answer } from '@/ask'
import * as api from '@/features/documents/api'
import type { Access, Document, Given, Link, Member, NewLink, Person } from '@/features/documents/types'
import { useLoad } from '@/shell/useLoad'
import { t } from '@/words/t'

type Settle = <T>(asked: Promise<Answer<T>>, words: string) => Promise<T | null>

const nameOf = ({ person, email }: Member) => person?.name ?? email ?? ''

function useCalls(id: string, settle: Settle) {
  const change = (member: Member, role: Given) =>
    settle(api.changeAccess(id, member.id, role), t('Changed for {name}.', { name: nameOf(member) }))
  const remove = (member: Member) =>
    settle(api.removeAccess(id, member.id), t('{name} has no access any more.', { name: nameOf(member) }))
  const removeLink = (link: Link) => settle(api.removeAccess(id, link.id), t('The link does not work any more.'))
  const give = (person: Person, role: Given) =>
    settle(api.giveAccess(id, person.id, role), t('{name} has access now.', { name: person.name }))
  const decline = (person: Person) => settle(api.decline(id, person.id), t('{name} gets no access.', { name: person.name }))
  const transfer = (person: Person) =>
    settle(api.transfer(id, person.id), t('{name} is the owner now.', { name: person.name }))
  return { change, remove, removeLink, give, decline, transfer }
}

/** What a form of the dialog has made stands in its list at once. */
function useMade(access: Ref<Access | null>, said: Ref<string>) {
  function invited(member: Member): void {
    said.value = t('{name} has access now.', { name: nameOf(member) })
    const others = access.value?.people.filter((each) => each.id !== member.id) ?? []
    if (access.value) access.value = { ...access.value, people: [...others, member] }
  }

  function linked(link: NewLink): void {
    if (access.value) access.value = { ...access.value, links: [...access.value.links, link] }
  }

  return { invited, linked }
}

/** Who has access to a document, and how that is changed; `said`, or `refused`, is what came of it last, in words. */
export function useAccess({ id }: Pick<Document, 'id'>) {
  const { data: access, problem, pending, load } = useLoad(api.access(id))
  const said = shallowRef('')
  const refused = shallowRef('')

  /** Says what came of it, and shows what stands now. */
  async function settle<T>(asked: Promise<Answer<T>>, words: string): Promise<T | null> {
    said.value = refused.value = ''
    const answer = await asked
    if (answer.problem) refused.value = answer.problem.text
    else said.value = words
    const now = await api.accessNow(id)
    if (now.data) access.value = now.data
    return answer.data
  }

  return { access, problem, pending, load, said, refused, ...useCalls(id, settle), ...useMade(access, said) }
}
