import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'

/**
 * A client on each of many instances, all in one process: `node fleet-clients.ts`, with `{ endpoints, audiences, everyMs }` on
 * standard input, an endpoint being the address of an agent's IMDS. Every client asks for the same audience, as clients do,
 * and each fourth time for one it has not asked for yet, so that the agent has none at hand and goes to the authority with
 * the certificate it has now. A signal ends it; then it prints what it saw.
 */
interface Order {
  readonly endpoints: readonly string[]
  readonly audiences: readonly string[]
  /** Between two questions of one client. */
  readonly everyMs: number
}

const { endpoints, audiences, everyMs } = JSON.parse(await text(process.stdin)) as Order
const answers = { tokens: 0, distinct: new Set<string>(), failures: [] as string[] }
/** Tokens of each client. */
const got = endpoints.map(() => 0)
const freshEvery = 4
let isOver = false
process.once('SIGTERM', () => {
  isOver = true
})

async function ask(endpoint: string, audience: string, client: number): Promise<void> {
  const url = `${endpoint}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${encodeURIComponent(audience)}`
  try {
    const answer = await fetch(url, { headers: { Metadata: 'true' } })
    const body = await answer.text()
    if (!answer.ok) throw new Error(`${answer.status} ${body}`)
    const { access_token: token } = JSON.parse(body) as { access_token: string }
    answers.tokens += 1
    answers.distinct.add(token.slice(-40))
    got[client] = (got[client] ?? 0) + 1
  } catch (error) {
    answers.failures.push(`${endpoint}: ${String(error)}`)
  }
}

async function live(endpoint: string, client: number): Promise<void> {
  // Spread over the interval, as clients that know nothing of each other are.
  await wait((everyMs * client) / endpoints.length)
  for (let turn = 0; !isOver; turn += 1) {
    const fresh = 1 + ((client + turn / freshEvery) % (audiences.length - 1))
    await ask(endpoint, audiences[turn % freshEvery === 0 ? fresh : 0] ?? '', client)
    await wait(everyMs)
  }
}

process.stdout.write('asking\n')
await Promise.all(endpoints.map(live))
const { tokens, distinct, failures } = answers
const report = {
  tokens,
  distinct: distinct.size,
  least: Math.min(...got),
  failures: failures.slice(0, 20),
  failed: failures.length,
}
process.stdout.write(`${JSON.stringify(report)}\n`)
