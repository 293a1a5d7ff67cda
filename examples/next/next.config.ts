import type { NextConfig } from 'next'

const server = process.env.AUTH_SERVER ?? 'http://localhost:8080'

export default {
  rewrites: async () => [{ source: '/api/auth/:path*', destination: `${server}/api/auth/:path*` }],
} satisfies NextConfig
