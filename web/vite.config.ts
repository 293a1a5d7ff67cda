import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ui from '@nuxt/ui/vite'
import vue from '@vitejs/plugin-vue'
import icons from 'unplugin-icons/vite'
import { defineConfig } from 'vitest/config'
import { dev } from './scripts/dev.ts'
import { precompress } from './scripts/precompress.ts'
import { stamp } from './scripts/stamp.ts'
import { worker } from './scripts/worker.ts'
import { workerLicences } from './scripts/workerLicences.ts'
import { theme } from './src/styles/theme.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// What every page loads is one file, with all that it imports.
const EVERYWHERE = /src\/(main\.ts|shell\/App(Brand|Legal|ThemeSwitch)\.vue|form\/(focus|useCountdown)\.ts)$|\/components\/Button\.vue$/

const root = here('.').replace(/\/$/, '')
const licences = workerLicences()

// Tests share threads, which takes a third of the time: each finds what a new one would have, see tests/fresh.ts.
const TESTS = ['tests/**/*.test.ts']
// They put another server in place, which the client has to take before their first test.
const served = readdirSync(here('./tests'), { encoding: 'utf8', recursive: true })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => `tests/${name}`)
  .filter((path) => readFileSync(here(`./${path}`), 'utf8').includes('globalThis.fetch ='))

export default defineConfig({
  base: '/',
  define: { __VUE_OPTIONS_API__: 'false' },
  resolve: {
    alias: [
      { find: '@', replacement: here('./src') },
      { find: /^(\.\.\/)+utils\/tv(\.js)?$/, replacement: here('./src/stubs/tv.ts') },
      { find: /^ohash\/utils$/, replacement: here('./src/stubs/ohash.ts') },
      { find: /^@iconify\/vue$/, replacement: here('./src/stubs/iconify.ts') },
    ],
  },
  plugins: [
    vue(),
    icons({ compiler: 'vue3', scale: 1.25 }),
    ui({
      autoImport: false,
      components: false,
      colorMode: false,
      theme: { colors: ['primary', 'success', 'warning', 'error'] },
      experimental: { componentDetection: true },
      ui: theme,
    }),
    licences.write,
    worker(root),
    precompress(),
    stamp(here('.')),
    dev(process.env.AI_EDITOR_SERVER, here('.')),
  ],
  worker: { plugins: () => [licences.collect] },
  build: {
    outDir: here('./dist'),
    emptyOutDir: true,
    assetsDir: 'assets',
    manifest: true,
    license: { fileName: 'licenses.md' },
    rolldownOptions: {
      input: { main: here('./src/main.ts'), sw: here('./src/worker/sw.ts') },
      output: {
        codeSplitting: { groups: [{ name: 'main', test: EVERYWHERE }] },
        // A worker is known by its address.
        entryFileNames: ({ name }) => name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js',
        // The first page names each of them, which takes a kilobyte less where they have no names of their own.
        chunkFileNames: 'assets/[hash].js',
      },
    },
  },
  test: {
    environment: 'happy-dom',
    pool: 'threads',
    projects: [
      { extends: true, test: { name: 'served', include: served, isolate: false, setupFiles: ['tests/fresh.ts', 'tests/ready.ts'] } },
      {
        extends: true,
        test: { name: 'together', include: TESTS, exclude: served, isolate: false, setupFiles: ['tests/fresh.ts'] },
      },
    ],
  },
})
