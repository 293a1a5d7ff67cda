// oidc-provider, as it comes from npm, for one client: anybody may sign in, by any name, and is asked whether they agree.
// OIDC holds {redirect, method, alg, tokensInClear}; the one line on stdout is the issuer. It lives as long as its standard input.
import { createServer } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import { Provider } from 'oidc-provider'

const { redirect, method, alg, tokensInClear } = JSON.parse(process.env.OIDC)
const claimsOf = (sub) => ({ sub, email: `${sub}@example.com`, email_verified: true, name: 'Ada Lovelace' })

const { privateKey } = await generateKeyPair(alg, { extractable: true })
const server = createServer()
await new Promise((done) => server.listen(0, '127.0.0.1', done))
const issuer = `http://127.0.0.1:${server.address().port}`

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'acme-id',
      client_secret: 'acme-secret',
      redirect_uris: [redirect],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: method,
      id_token_signed_response_alg: alg,
    },
  ],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  conformIdTokenClaims: !tokensInClear,
  cookies: { keys: ['of the tests'] },
  findAccount: (_, sub) => ({ accountId: sub, claims: () => claimsOf(sub) }),
  issueRefreshToken: () => true,
  jwks: { keys: [{ ...(await exportJWK(privateKey)), alg, use: 'sig', kid: 'its-key' }] },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  ttl: { AccessToken: 3, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, RefreshToken: 600, Session: 600 },
})
server.on('request', provider.callback())
process.stdout.write(`${JSON.stringify({ issuer })}\n`)
process.stdin.on('end', () => process.exit(0)).resume()
