// Search in the reference: what holds none of the words is hidden. Without this the page is whole all the same.
const field = document.querySelector('#search')
const contents = document.querySelector('nav details')
const articles = [...document.querySelectorAll('main article')]

function search() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean)
  let shown = 0
  for (const article of articles) {
    const text = article.textContent.toLowerCase()
    article.hidden = !words.every((word) => text.includes(word))
    if (!article.hidden) shown += 1
    const entry = document.querySelector(`li[data-of="${article.id}"]`)
    if (entry) entry.hidden = article.hidden
  }
  for (const section of document.querySelectorAll('main > section, nav section')) {
    section.hidden = !section.querySelector('article:not([hidden]), li:not([hidden])')
  }
  document.querySelector('[role="status"]').textContent = words.length ? `${shown} found` : ''
}

// A link that leads to what the search has hidden ends the search.
function arrive() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (!target?.hidden) return
  field.value = ''
  search()
  target.scrollIntoView()
}

document.querySelector('.search').hidden = false
contents.open = matchMedia('(min-width: 60rem)').matches
field.addEventListener('input', search)
addEventListener('hashchange', arrive)
