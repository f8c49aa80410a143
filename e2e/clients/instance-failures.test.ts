import { expect, test } from '@playwright/test'
import { type ClientProgram, clientPrograms, lackingPrograms } from '../client-programs.ts'
import { note, noteLacking } from '../compatibility.ts'
import { commandOf, expectAllGenuine, expectAllRefused, outcomesOf } from '../instance-clients.ts'
import { Stack } from '../stack.ts'

/** One thing is wrong with a workload, and the rest of it right. */
interface Wrong {
  readonly what: string
  readonly resource?: string
  readonly clientId?: string
  /** What IMDS answers, and App Service: the words that a client passes on. */
  readonly imds: readonly [error: string, words: string]
  readonly appService: string
}

let stack: Stack
let name: string
let system: Identity
let foreign: Identity

interface Identity {
  readonly principalId: string
  readonly clientId: string
}

test.beforeAll(async () => {
  stack = await Stack.open()
  await stack.start()
  const [first] = await stack.json<{ name: string }[]>('instance', 'list')
  name = first?.name ?? ''
  system = (await stack.json<{ identity: Identity }>('instance', 'on', name)).identity
  foreign = await stack.json<Identity>('identity', 'create', 'elsewhere')
  const audience = ['audience', 'add', 'api://payroll', '--name', 'Payroll', '--role', 'Pay', '--assignment-required']
  await stack.signet(...audience)
})
test.afterAll(() => stack.close())

const dialects = ['imds', 'app-service'] as const
const notFound = ['invalid_request', 'Identity not found'] as const
const unable = 'Unable to load requested managed identity'

/** The status and the words on the wire, which are what the cloud answers. */
async function expectAnswer({
  resource = 'https://vault.azure.net',
  clientId,
  imds,
  appService,
}: Wrong): Promise<void> {
  const { SIGNET_IMDS_URL, SIGNET_IDENTITY_ENDPOINT, SIGNET_IDENTITY_HEADER = '' } = stack.clientVariables()
  const query = new URLSearchParams({ resource, ...(clientId === undefined ? {} : { client_id: clientId }) })
  const url = `${SIGNET_IMDS_URL}/metadata/identity/oauth2/token?api-version=2018-02-01&${query}`
  const first = await fetch(url, { headers: { Metadata: 'true' } })
  expect([first.status, first.headers.get('retry-after')]).toEqual([400, null])
  const [error, words] = imds
  expect(await first.json()).toMatchObject({ error, error_description: expect.stringContaining(words) })
  const second = await fetch(`${SIGNET_IDENTITY_ENDPOINT}?api-version=2019-08-01&${query}`, {
    headers: { 'X-IDENTITY-HEADER': SIGNET_IDENTITY_HEADER },
  })
  expect(second.status).toBe(400)
  expect(await second.json()).toMatchObject({ statusCode: 400, message: expect.stringContaining(appService) })
}

/** What azure-identity for Python makes of each 400 of IMDS, until it left them to MSAL. */
const unassigned = 'has (not )?been assigned to this resource'

/** A program in an environment with nothing in it but what `signet env` says of the dialect. */
function outcomesIn(
  dialect: 'imds' | 'app-service',
  program: ClientProgram,
  ask: Pick<Wrong, 'resource' | 'clientId'>,
) {
  const { SIGNET_IMDS_URL, SIGNET_IDENTITY_ENDPOINT, SIGNET_IDENTITY_HEADER } = stack.clientVariables()
  const endpoint =
    dialect === 'imds'
      ? { AZURE_POD_IDENTITY_AUTHORITY_HOST: SIGNET_IMDS_URL }
      : { IDENTITY_ENDPOINT: SIGNET_IDENTITY_ENDPOINT, IDENTITY_HEADER: SIGNET_IDENTITY_HEADER }
  // The one way to name an identity to DefaultAzureCredential in every language.
  const selected = ask.clientId ? { AZURE_CLIENT_ID: ask.clientId } : {}
  return outcomesOf(commandOf(program, ask), { ...program.variables, ...endpoint, ...selected })
}

/** Every client there is, in both dialects. Go knows IMDS at the well-known address alone. */
async function expectRefused(wrong: Wrong): Promise<void> {
  await expectAnswer(wrong)
  const tries = clientPrograms.flatMap((program) =>
    (program.language === 'Go' ? (['app-service'] as const) : dialects).map((dialect) => ({ program, dialect })),
  )
  await Promise.all(
    tries.map(async ({ program, dialect }) => {
      const said = dialect === 'imds' ? wrong.imds[1] : wrong.appService
      const words = program.language === 'Python' && dialect === 'imds' ? `${said}|${unassigned}` : said
      const outcomes = await outcomesIn(dialect, program, wrong)
      expectAllRefused(outcomes, program.credentials, new RegExp(words))
      const way = `${wrong.what} (${dialect})`
      for (const { client, error = '' } of outcomes) {
        const result = `refused: ${error.includes(said) ? said : 'no identity has been assigned to this resource'}`
        note({ section: 'failures', ...program.labelOf(client), way, result })
      }
    }),
  )
}

for (const { name: lacking, reason, clients } of lackingPrograms) {
  test(`${lacking} is refused where it must be (skipped: they cannot be had here)`, () => {
    for (const client of clients) noteLacking({ name: lacking, reason, of: { client } })
    test.skip(true, reason)
  })
}

test('every client is refused a wrong audience, in the words of the authority', async () => {
  const [resource, words] = ['https://nobody.example', 'AADSTS500011']
  await expectRefused({ what: 'wrong audience', resource, imds: ['invalid_resource', words], appService: words })
})

test('every client is refused a client ID that nobody has', async () => {
  const clientId = '8d1c6b5c-6d9a-4d57-8a50-0d3c9a9f3f55'
  await expectRefused({ what: 'unknown client_id', clientId, imds: notFound, appService: unable })
})

test('every client is refused an identity that is not assigned to the instance, in the same words (vector 14)', async () => {
  const { clientId } = foreign
  await expectRefused({ what: 'identity not assigned', clientId, imds: notFound, appService: unable })
})

test('every client is refused where an assignment is required and the identity has no role, and served once it has one (N10)', async () => {
  const [resource, words] = ['api://payroll', 'AADSTS501051']
  await expectRefused({ what: 'missing role', resource, imds: ['invalid_resource', words], appService: words })
  await stack.signet('audience', 'assign', resource, 'Pay', name)
  for (const program of clientPrograms) {
    const outcomes = await outcomesIn('app-service', program, { resource })
    await expectAllGenuine(stack, system, outcomes, program.credentials)
  }
})

test('every client is refused once the identity is off', async () => {
  await stack.signet('instance', 'off', name)
  await expectRefused({ what: 'identity off', imds: notFound, appService: unable })
})

test('every client is refused without a selector where the instance has several identities', async () => {
  await stack.signet('identity', 'create', 'deploy')
  for (const each of ['elsewhere', 'deploy']) await stack.signet('identity', 'attach', each, name)
  const words = 'Multiple user assigned identities exist, please specify the clientId / resourceId'
  const several: Wrong = {
    what: 'several identities, no selector',
    imds: ['invalid_request', words],
    appService: unable,
  }
  await expect(() => expectAnswer(several)).toPass({ timeout: 20_000 })
  await expectRefused(several)
  for (const program of clientPrograms) {
    const outcomes = await outcomesIn('app-service', program, { clientId: foreign.clientId })
    await expectAllGenuine(stack, foreign, outcomes, program.credentials)
  }
})
