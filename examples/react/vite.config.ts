import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [react()],
  server: { proxy: { '/api/auth': process.env.AUTH_SERVER ?? 'http://localhost:8080' } },
})
