import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [svelte()],
  server: { proxy: { '/api/auth': process.env.AUTH_SERVER ?? 'http://localhost:8080' } },
})
