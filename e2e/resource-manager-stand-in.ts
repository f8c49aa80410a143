import { once } from 'node:events'
import { createServer, type Server } from 'node:https'
import { CompanyCa } from './company-ca.ts'

interface Deployment {
  readonly authority: string
  readonly tenant: string
  /** A relying party's check of the token that came. */
  readonly isGenuine: (token: string) => Promise<boolean>
}

/** As much of a resource manager as `az login` asks of one, until Signet has its own: what the cloud is made of, and one subscription. */
export class ResourceManagerStandIn {
  readonly url: string
  /** Of the CA that made its certificate. */
  readonly pem: string
  readonly #server: Server

  private constructor(server: Server, url: string, pem: string) {
    this.#server = server
    this.url = url
    this.pem = pem
  }

  static async open(deployment: Deployment): Promise<ResourceManagerStandIn> {
    const company = await CompanyCa.make('Resource manager')
    const server = createServer(await company.issue(['localhost']), (request, response) => {
      const answer = (status: number, body: object) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      }
      answerTo(deployment, request.url ?? '', request.headers.authorization).then(
        ([status, body]) => answer(status, body),
        (error: unknown) => answer(500, { error: { code: 'InternalServerError', message: String(error) } }),
      )
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    return new ResourceManagerStandIn(server, `https://localhost:${port}`, company.pem)
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

async function answerTo(
  { authority, tenant, isGenuine }: Deployment,
  url: string,
  authorization = '',
): Promise<[number, object]> {
  if (url.startsWith('/metadata/endpoints')) {
    // The spelling of AD FS: with it az leaves instance discovery out.
    const authentication = { loginEndpoint: `${authority}/adfs`, audiences: ['https://management.azure.com/'] }
    const graphEndpoint = 'https://graph.microsoft.com/'
    return [200, { galleryEndpoint: authority, graphEndpoint, portalEndpoint: authority, authentication }]
  }
  if (!(await isGenuine(authorization.replace(/^Bearer /, '')))) {
    return [401, { error: { code: 'InvalidAuthenticationToken', message: 'The access token is not genuine.' } }]
  }
  const subscription = {
    ...{ id: `/subscriptions/${tenant}`, subscriptionId: tenant, tenantId: tenant },
    ...{ displayName: 'Signet', state: 'Enabled' },
  }
  return [
    200,
    { value: url.startsWith('/tenants') ? [{ id: `/tenants/${tenant}`, tenantId: tenant }] : [subscription] },
  ]
}
