// better-auth's plugins by the names of their exports, and stand-ins for the functions among their options.
import * as known from 'better-auth/plugins'

const MARK = 'stand-in'

// What options.py names in place of a function; each is made from what tells of a mail and from the option's path.
const STAND_INS = {
  sent: (tell, kind) => async (data) => {
    const to = data.user?.email ?? data.email ?? data.phoneNumber ?? ''
    tell({ kind, to, url: data.url, token: data.token, code: data.otp ?? data.code })
  },
  'a number': () => (phoneNumber) => /^\+[1-9][0-9]{6,14}$/.test(phoneNumber.replace(/[ \u00a0.()/-]/g, '')),
  'address of a number': () => (phoneNumber) => `${phoneNumber.replace(/\D/g, '')}@phone.example.com`,
}

function filled(value, tell, path) {
  if (value === null || typeof value !== 'object') return value
  if (MARK in value) return STAND_INS[value[MARK]](tell, path)
  if (Array.isArray(value)) return value.map((item) => filled(item, tell, path))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, tell, `${path}.${key}`)]))
}

// A plugin that is no part of better-auth comes in the package of its name: apiKey in @better-auth/api-key.
async function pluginOf(name) {
  const words = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  const found = known[name] ?? (await import(`@better-auth/${words}`))[name]
  if (!found) throw new Error(`no plugin is called ${name}`)
  return found
}

export async function pluginsOf(wanted, tell) {
  const made = Object.entries(wanted).map(async ([name, options]) => {
    const plugin = await pluginOf(name)
    return plugin(filled(options, tell, name))
  })
  return Promise.all(made)
}
