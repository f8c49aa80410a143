import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { decodeJwt } from 'jose'
import { Stack } from '../stack.ts'

const run = promisify(execFile)
const workload = fileURLToPath(new URL('../workloads/msal-node.ts', import.meta.url))

let stack: Stack
test.beforeAll(async () => {
  stack = await Stack.open()
  await stack.start()
  const [instance] = await stack.json<{ name: string }[]>('instance', 'list')
  await stack.signet('instance', 'on', instance?.name ?? '')
})
test.afterAll(() => stack.close())

test('MSAL for Node gets a managed-identity token through both local endpoints, the second time from its own cache', async () => {
  const { SIGNET_IDENTITY_ENDPOINT, SIGNET_IDENTITY_HEADER, SIGNET_IMDS_URL } = stack.clientVariables()
  for (const variables of [
    { IDENTITY_ENDPOINT: SIGNET_IDENTITY_ENDPOINT, IDENTITY_HEADER: SIGNET_IDENTITY_HEADER },
    { AZURE_POD_IDENTITY_AUTHORITY_HOST: SIGNET_IMDS_URL },
  ]) {
    const { stdout } = await run(process.execPath, [workload], {
      env: { PATH: process.env['PATH'] ?? '', ...variables },
    })
    const answers = JSON.parse(stdout) as { accessToken: string; fromCache: boolean }[]
    expect(answers.map((answer) => answer.fromCache)).toEqual([false, true])
    expect(decodeJwt(answers[0]?.accessToken ?? '').aud).toBe('https://management.azure.com/')
  }
})
