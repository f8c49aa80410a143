import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { dayMs } from '@signet/shared/vocabulary/time'
import { given, openStack } from '../../../test/stack.ts'
import { AgentEndsStore } from '../../enrollment/index.ts'
import { openOverview } from '../../overview/index.ts'
import { callOutbound } from '../../platform/outbound.ts'
import type { Transactor } from '../../platform/transaction.ts'
import { ClientEndsStore } from '../../principals/index.ts'
import { SlotEndsStore } from '../../rotation/index.ts'
import { DeliveryRunner, type Post } from '../delivery-runner.ts'
import { openAlerting } from '../index.ts'
import { WebhookSecrets } from '../webhook-secrets.ts'
import { WebhooksStore } from '../webhooks-store.ts'

export type AlertStand = Awaited<ReturnType<typeof openAlertStand>>

/** The domains with alerts on top; a signing key that is far from its end. */
export async function openAlertStand() {
  const stack = await openStack()
  const { database, tenantId, clock } = stack
  const now = clock.now()
  const overview = openOverview({
    ...stack,
    applications: stack.applicationList,
    userIdentities: stack.userList,
    history: stack.rotation.history,
    agents: stack.plane.directory,
    slotEnds: new SlotEndsStore(database, tenantId),
    clientEnds: new ClientEndsStore(database, tenantId),
    agentEnds: new AgentEndsStore(database, tenantId),
    jobs: stack.bulk.jobs,
    usage: { hourly: () => [], issuedUnder: () => [] },
    activity: { requestsOf: async () => new Map() },
    keys: {
      outlook: async () => ({ kid: 'kid', notBefore: now, notAfter: now + 1_800 * dayMs, nextAt: now + 900 * dayMs }),
    },
    sharesTaken: async () => true,
    clockStep: () => null,
    serverCertificate: () => undefined,
    answersCloudNames: false,
  })
  const post: Post = (call) => callOutbound({ ...call, ca: '', allowPrivate: true, method: 'POST', clock })
  const { alerts, watch, webhooks, runner } = openAlerting({
    ...stack,
    troubles: overview.troubles,
    dashboardUrl: 'http://localhost:7420',
    allowPrivate: true,
    instanceOfAgent: async (agentId, tx) => (await stack.resources.ofAgent(agentId, tx))[0],
    post,
  })
  /** One more runner on the same rows, as a second process would have it. @param transactor in place of the database's own */
  const runnerAgain = (transactor: Transactor = database) =>
    new DeliveryRunner({
      ...stack,
      database: {
        transact: (work) => transactor.transact(work),
        changed: (tx, change) => database.changed(tx, change),
      },
      store: new WebhooksStore(stack),
      secrets: new WebhookSecrets(stack),
      post,
    })
  return { ...stack, overview, alerts, alertWatch: watch, webhooks, runner, runnerAgain }
}

export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A real server on loopback that keeps what it is sent and answers as the test says, or never. */
export async function openReceiver(answer: (response: ServerResponse, received: Received) => void) {
  const received: Received[] = []
  const server = createServer((request: IncomingMessage, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const one = { headers: request.headers, body: Buffer.concat(chunks).toString('utf8') }
      received.push(one)
      answer(response, one)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? given(address?.port) : ''}/hook`,
    received,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
