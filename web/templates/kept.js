(function (root) {
  var theme = null
  var person = null
  try {
    theme = localStorage.getItem('theme')
    person = JSON.parse(localStorage.getItem('draft:person'))
  } catch { /* no storage, nobody known */ }
  if (theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)) {
    root.classList.add('dark')
    var meta = document.querySelector('meta[name="theme-color"]')
    meta.content = meta.dataset.dark
  }

  function show(id) {
    document.getElementById(id).hidden = false
  }

  function start() {
    var boot = document.getElementById('boot')
    var told = JSON.parse(boot.textContent)
    told.session = person
    boot.textContent = JSON.stringify(told)
    var script = document.createElement('script')
    script.type = 'module'
    script.src = root.dataset.script
    script.onerror = function () { show('sorry') }
    document.head.append(script)
    document.getElementById('away').remove()
  }

  addEventListener('DOMContentLoaded', function () {
    var known = person && Date.parse(person.session.expiresAt) > Date.now()
    if (known && new RegExp(root.dataset.opens).test(location.pathname)) return start()
    show('away')
    show(known ? 'known' : 'unknown')
    addEventListener('online', function () { location.reload() })
  })
})(document.documentElement)
