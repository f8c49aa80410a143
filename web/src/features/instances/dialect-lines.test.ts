import type { LocalEndpoints } from '@signet/shared/api/resources'
import { describe, expect, test } from 'vitest'
import { dialectLines, everyLine } from './dialect-lines.ts'

const imds = { dialect: 'imds', url: 'http://127.0.0.1:7430', environmentFile: '/a/identity-imds.env' } as const
const appService = {
  dialect: 'app-service',
  url: 'http://127.0.0.1:7431/msi/token',
  environmentFile: '/home/ada/.signet/vm-1/identity.env',
} as const
const arc = {
  dialect: 'arc',
  url: 'http://127.0.0.1:7430/arc/oauth2/token',
  environmentFile: '/a/identity-arc.env',
} as const
const served: LocalEndpoints = [imds, appService, arc]

const linesOf = (endpoints: LocalEndpoints, shell: Parameters<typeof dialectLines>[1]) =>
  Object.fromEntries(dialectLines(endpoints, shell).map(({ dialect, lines }) => [dialect, lines]))

test('has each dialect that is served once, the one that clients find by themselves first', () => {
  expect(dialectLines(served, 'sh').map(({ dialect }) => dialect)).toEqual([
    'app-service',
    'imds',
    'arc',
    'workload-identity',
  ])
  expect(dialectLines(served, 'sh')[0]?.names).toContain('IDENTITY_HEADER')
})

test('gives values that may be shown, and takes secrets from the file on the instance (SEC-99)', () => {
  expect(linesOf(served, 'sh')).toEqual({
    'app-service': '. "/home/ada/.signet/vm-1/identity.env"',
    imds: 'export AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:7430',
    arc: 'export IDENTITY_ENDPOINT=http://127.0.0.1:7430/arc/oauth2/token\nexport IMDS_ENDPOINT=http://127.0.0.1:7430',
    'workload-identity': 'SIGNET_AGENT_DIR="/a" signet run --dialect workload-identity -- COMMAND',
  })
})

test.each([
  ['fish', "set -gx AZURE_POD_IDENTITY_AUTHORITY_HOST 'http://127.0.0.1:7430'"],
  ['powershell', "$env:AZURE_POD_IDENTITY_AUTHORITY_HOST = 'http://127.0.0.1:7430'"],
  ['dotenv', 'AZURE_POD_IDENTITY_AUTHORITY_HOST="http://127.0.0.1:7430"'],
] as const)('writes them for %s', (shell, imdsLine) => {
  expect(linesOf(served, shell)['imds']).toBe(imdsLine)
  expect(linesOf(served, shell)['app-service']).toContain('/home/ada/.signet/vm-1/identity.env')
})

test('takes a dialect from its file when what it needs of another one is not served', () => {
  expect(linesOf([arc], 'sh')).toMatchObject({ arc: '. "/a/identity-arc.env"' })
  expect(linesOf([], 'sh')).toEqual({})
})

test('puts all of them into one text, each under its name', () => {
  expect(everyLine(dialectLines([imds], 'sh'))).toBe(
    '# Metadata endpoint (IMDS)\nexport AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:7430\n\n' +
      '# Federated token file\nSIGNET_AGENT_DIR="/a" signet run --dialect workload-identity -- COMMAND\n',
  )
})

test.each([
  ['sh', "SIGNET_AGENT_DIR='/$(id)\nx' "],
  ['fish', "SIGNET_AGENT_DIR='/$(id)\nx' "],
  ['powershell', "$env:SIGNET_AGENT_DIR = '/$(id)\nx'; "],
  ['dotenv', "# on the instance: SIGNET_AGENT_DIR='/$(id)␤x' "],
] as const)('names the folder of the agent for %s without running it', (shell, before) => {
  const lines = linesOf([{ ...imds, environmentFile: '/$(id)\nx/identity-imds.env' }], shell)
  expect(lines['workload-identity']).toBe(`${before}signet run --dialect workload-identity -- COMMAND`)
})

describe('a hostile agent runs nothing in the shell', () => {
  const hostile: LocalEndpoints = [
    { ...imds, url: "http://a/';reboot;’;\n`x`" },
    { ...appService, environmentFile: '/tmp/$(reboot)`x`"\nreboot' },
  ]

  test.each([
    [
      'sh',
      "export AZURE_POD_IDENTITY_AUTHORITY_HOST='http://a/'\\'';reboot;’;\n`x`'",
      ". '/tmp/$(reboot)`x`\"\nreboot'",
    ],
    [
      'fish',
      "set -gx AZURE_POD_IDENTITY_AUTHORITY_HOST 'http://a/\\';reboot;’;\n`x`'",
      "source '/tmp/$(reboot)`x`\"\nreboot'",
    ],
    [
      'powershell',
      "$env:AZURE_POD_IDENTITY_AUTHORITY_HOST = 'http://a/'';reboot;’’;\n`x`'",
      "Get-Content -LiteralPath '/tmp/$(reboot)`x`\"\nreboot' | Where-Object { $_ -match '^export (\\w+)=''(.*)''$' } | ForEach-Object { Set-Item \"Env:$($Matches[1])\" $Matches[2] }",
    ],
    [
      'dotenv',
      'AZURE_POD_IDENTITY_AUTHORITY_HOST="http://a/\';reboot;’;\\n\\`x\\`"',
      "# on the instance: sed 's/^export //' '/tmp/$(reboot)`x`\"␤reboot' >> .env",
    ],
  ] as const)('%s', (shell, url, file) => {
    expect(linesOf(hostile, shell)).toMatchObject({ imds: url, 'app-service': file })
  })
})
