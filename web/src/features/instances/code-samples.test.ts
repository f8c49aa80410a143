import type { LocalEndpoints } from '@signet/shared/api/resources'
import { expect, test } from 'vitest'
import { otherDialectLines, shellSamples } from './code-samples.ts'

const served = (imds: string, environmentFile: string): LocalEndpoints => [
  { dialect: 'imds', url: imds, environmentFile: '/imds.env' },
  { dialect: 'app-service', url: 'http://127.0.0.1:7431/msi/token', environmentFile },
]

test('gives lines that are ready to paste', () => {
  expect(shellSamples(served('http://127.0.0.1:7430', '/home/ada/.signet/vm-1/environment.sh'))).toEqual({
    environment: '. "/home/ada/.signet/vm-1/environment.sh"',
    imds: 'export AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:7430',
    curl: "curl -sS -H Metadata:true 'http://127.0.0.1:7430/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net'",
  })
})

test('keeps a hostile path of an agent from running anything in the shell', () => {
  const hostile = shellSamples(served("http://a/';reboot;'", '/tmp/$(reboot)`x`"'))
  expect(hostile.environment).toBe(". '/tmp/$(reboot)`x`\"'")
  expect(hostile.imds).toBe("export AZURE_POD_IDENTITY_AUTHORITY_HOST='http://a/'\\'';reboot;'\\'''")
  expect(hostile.curl).toBe(
    "curl -sS -H Metadata:true 'http://a/%27;reboot;%27/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net'",
  )
})

test('has one line for each other dialect, under its name, and none where there is no other', () => {
  const endpoints = served('http://127.0.0.1:7430', '/a.env')
  expect(otherDialectLines(endpoints)).toBeNull()
  const arc = { dialect: 'arc', url: 'http://127.0.0.1:7430/arc/oauth2/token', environmentFile: '/$(id).env' } as const
  const shell = {
    dialect: 'cloud-shell',
    url: 'http://127.0.0.1:7430/oauth2/token',
    environmentFile: '/c.env',
  } as const
  expect(otherDialectLines([...endpoints, shell, arc])).toBe(
    '# Cloud Shell endpoint\n. "/c.env"\n# Azure Arc endpoint\n. \'/$(id).env\'',
  )
})
