// What a phone has, and what Next knows of the request that it is at, as little of it as is asked for.
const kept = new Map()

export const getItem = (name) => kept.get(name) ?? null
export const setItem = (name, value) => void kept.set(name, value)
export const getItemAsync = async (name) => getItem(name)
export const setItemAsync = async (name, value) => setItem(name, value)
export const createURL = (path, to) => `${to?.scheme ?? 'myapp'}://${path.replace(/^\//, '')}`
export const addNetworkStateListener = () => ({ remove() {} })
export const openAuthSessionAsync = async () => ({ type: 'cancel' })
export const Platform = { OS: 'ios' }
export const AppState = { addEventListener: () => ({ remove() {} }) }
export const headers = async () => globalThis.asked
export default {}
