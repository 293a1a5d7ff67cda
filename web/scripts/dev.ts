import { realpathSync } from 'node:fs'
import { request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Plugin } from 'vite'

// What is the server's, files at the root too; all else that is no page is Vite's: sources, pages.json, packages.
const SERVERS = /^\/(api|avatars|reference|health|metrics)(\/|\?|$)|^\/[^/@]+\.(?!json)[a-z0-9]+(\?|$)/
const BUNDLED = /<link rel="(?:stylesheet|modulepreload)" href="\/assets\/[^>]*>\n?/g
const ENTRY = /<script type="module" src="[^"]*" nonce="([^"]*)"><\/script>/

/** The shell as the server sent it, its policy unchanged, with the sources in place of the bundle. */
export function withSources(shell: string): string {
  return shell.replace(BUNDLED, '').replace(ENTRY, (_, nonce: string) =>
    ['/@vite/client', '/src/main.ts'].map((src) => `<script type="module" src="${src}" nonce="${nonce}"></script>`).join('\n'))
}

async function answerPage(answer: IncomingMessage, response: ServerResponse) {
  const parts: Buffer[] = []
  for await (const part of answer) parts.push(part as Buffer)
  const page = Buffer.from(withSources(Buffer.concat(parts).toString()))
  response.writeHead(answer.statusCode ?? 500, { ...answer.headers, 'content-length': page.length }).end(page)
}

/** Asks the server what the browser has asked; cookies, origin and all. */
function handOn(server: string, asked: IncomingMessage, response: ServerResponse) {
  const headers = { ...asked.headers, 'accept-encoding': 'identity' }
  const there = request(new URL(asked.url ?? '/', server), { method: asked.method, headers }, (answer) => {
    const isPage = answer.headers['content-type']?.startsWith('text/html') && asked.method === 'GET'
    if (isPage) return void answerPage(answer, response)
    response.writeHead(answer.statusCode ?? 500, answer.headers)
    answer.pipe(response)
  })
  there.on('error', () => response.headersSent || response.writeHead(502).end('The server is not there.'))
  asked.pipe(there)
}

/** Vite's server as the one origin, before the server at `at`; nothing of it is in what is built. */
export function dev(at: string | undefined, root: string): Plugin {
  return {
    name: 'dev',
    apply: (_, { command }) => command === 'serve' && at !== undefined,
    config: () => ({
      appType: 'custom',
      cacheDir: `${root}/.vite`,
      server: { fs: { allow: [root, realpathSync(`${root}/node_modules`)] } },
    }),
    configureServer({ middlewares }) {
      middlewares.use((asked, response, next) => {
        const page = asked.headers.accept?.includes('text/html')
        if (at && (page || SERVERS.test(asked.url ?? ''))) handOn(at, asked, response)
        else next()
      })
    },
  }
}
