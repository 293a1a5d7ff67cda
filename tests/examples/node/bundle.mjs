// Bundles one module for Node: node bundle.mjs ENTRY OUT FOLDER, whose packages it uses. What no test has stands in stubs.mjs.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [input, file, folder] = process.argv.slice(2)
const packages = createRequire(join(folder, 'package.json'))
const { rolldown } = await import(pathToFileURL(createRequire(packages.resolve('vite')).resolve('rolldown')))
const STUBBED = ['expo-constants', 'expo-linking', 'expo-network', 'expo-secure-store', 'expo-web-browser', 'next/headers', 'react-native']
const stubs = join(import.meta.dirname, 'stubs.mjs')
const next = createRequire(join(folder, 'next', 'package.json'))
function resolveId(name) {
  if (STUBBED.includes(name)) return stubs
  return name.startsWith('next/') ? { id: pathToFileURL(next.resolve(name)).href, external: true } : null
}
const bundle = await rolldown({
  input,
  platform: 'node',
  plugins: [{ name: 'stubs', resolveId }],
  logLevel: 'silent',
})
await bundle.write({ file, format: 'esm', codeSplitting: false })
