import { expect, test } from '@playwright/test'
import { ApplicationStack, type Proof } from '../application-stack.ts'
import { makeClientKeys } from '../client-keys.ts'
import { clientPrograms, lackingPrograms } from '../client-programs.ts'
import { note, noteLacking } from '../compatibility.ts'

/** Long enough to register them. */
const endingMs = 30_000

let stack: ApplicationStack
test.beforeAll(async () => {
  stack = await ApplicationStack.open(endingMs)
})
test.afterAll(() => stack.close())

for (const { name, reason, clients } of lackingPrograms) {
  test(`${name} are refused as an application where they must be (skipped: they cannot be had here)`, () => {
    for (const client of clients) noteLacking({ name, reason, of: { client } })
    test.skip(true, reason)
  })
}

/** Each in one way: neither the alias adfs nor the chain of DefaultAzureCredential changes what is refused. */
const once = (proofs: readonly Proof[]) =>
  proofs.filter(({ client, variables }) => !('TENANT' in variables || client.endsWith('DefaultAzureCredential')))
const everyProof = async () => once(await stack.proofs())

async function expectRefused(
  proofs: readonly Proof[],
  what: string,
  aadsts: number,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  await Promise.all(
    proofs.map(async (proof) => {
      const { token, error } = await stack.ask(proof, more)
      const about = `${what}: ${proof.client} ${proof.way}`
      expect(token, about).toBeUndefined()
      expect(error, about).toContain(`AADSTS${aadsts}`)
      const label = proof.program.labelOf(proof.client)
      note({ section: 'failures', ...label, way: `${what} (${proof.way})`, result: `refused: AADSTS${aadsts}` })
    }),
  )
}

test('a wrong audience is refused with AADSTS500011 to every client', async () => {
  await expectRefused(await everyProof(), 'wrong audience', 500011, { SCOPE: 'https://nowhere.test/.default' })
})

test('a client ID that nobody has is refused with AADSTS700016 to every client', async () => {
  const unknown = '99999999-9999-4999-8999-999999999999'
  await expectRefused(await everyProof(), 'unknown client_id', 700016, { CLIENT_ID: unknown, AZURE_CLIENT_ID: unknown })
})

test('a certificate that nobody registered is refused with AADSTS700027, a wrong secret with AADSTS7000215, to every client', async () => {
  const [rsa, ec] = await Promise.all([makeClientKeys('rsa'), makeClientKeys('ec')])
  const foreign = clientPrograms.flatMap((program) => once(stack.certificates(program, rsa, ec)))
  await expectRefused(foreign, 'foreign certificate', 700027)
  const secrets = clientPrograms.flatMap((program) => once(stack.secrets(program)))
  await expectRefused(secrets, 'wrong secret', 7000215, { SECRET: stack.secret.id })
})

test('where an assignment is required a client without a role is refused with AADSTS501051, and served once it has one (N10)', async () => {
  const scope = { SCOPE: 'api://payroll/.default' }
  const audience = ['audience', 'add', 'api://payroll', '--name', 'Payroll', '--role', 'Pay', '--assignment-required']
  const { id } = await stack.stack.json<{ id: string }>(...audience)
  await expectRefused(await everyProof(), 'missing role', 501051, scope)
  const { principalId } = stack.application
  await stack.stack.admin('POST', `/audiences/${id}/assignments`, { principalId, role: 'Pay' })
  const served = await Promise.all(
    clientPrograms.flatMap((each) => stack.secrets(each)).map((proof) => stack.ask(proof, scope)),
  )
  for (const { token, error } of served) expect([typeof token, error]).toEqual(['string', undefined])
})

test('a certificate that ended is refused with AADSTS1000502 to every client', async () => {
  const proofs = clientPrograms.flatMap((program) => once(stack.endingCertificates(program)))
  const [first] = proofs
  const error = async () => first && (await stack.ask(first)).error
  await expect.poll(error, { timeout: 2 * endingMs }).toContain('AADSTS1000502')
  await expectRefused(proofs, 'expired certificate', 1000502)
})

test('an application that is off is refused with AADSTS7000112 to every client', async () => {
  await stack.stack.admin('POST', `/applications/${stack.application.principalId}/pause`, {})
  await expectRefused(await everyProof(), 'identity off', 7000112)
})
