// Where COMPAT_THIRD_PARTIES names the third parties of the tests, every other host is asked for there: better-auth and
// jose know no proxy, and the providers' addresses stand in their code.
const away = process.env.COMPAT_THIRD_PARTIES
const fetchThere = globalThis.fetch
const ELSEWHERE = /^(https?):\/\/(?!127\.0\.0\.1[:/]|localhost[:/])/

if (away) {
  const moved = (address) => String(address).replace(ELSEWHERE, `${away}/$1/`)
  globalThis.fetch = (asked, how) =>
    asked instanceof Request
      ? fetchThere(new Request(moved(asked.url), asked), how)
      : fetchThere(moved(new URL(asked)), how)
}
