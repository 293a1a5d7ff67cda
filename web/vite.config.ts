import { fileURLToPath } from 'node:url'
import ui from '@nuxt/ui/vite'
import vue from '@vitejs/plugin-vue'
import icons from 'unplugin-icons/vite'
import { defineConfig } from 'vitest/config'
import { precompress } from './scripts/precompress.ts'
import { theme } from './src/styles/theme.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  base: '/',
  define: { __VUE_OPTIONS_API__: 'false' },
  resolve: {
    alias: [
      { find: '@', replacement: here('./src') },
      { find: /^tailwind-variants$/, replacement: here('./src/lean/tailwind-variants.ts') },
      { find: /^@iconify\/vue$/, replacement: here('./src/lean/iconify.ts') },
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
    precompress(),
  ],
  build: {
    outDir: here('./dist'),
    emptyOutDir: true,
    assetsDir: 'assets',
    manifest: true,
    license: { fileName: 'licenses.md' },
    rolldownOptions: { input: here('./src/main.ts') },
  },
  test: { environment: 'happy-dom', include: ['tests/**/*.test.ts'] },
})
