import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [vue()],
  server: { proxy: { '/api/auth': process.env.AUTH_SERVER ?? 'http://localhost:8080' } },
})
