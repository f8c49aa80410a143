import { expect, test } from 'vitest'
import { shellSamples } from './code-samples.ts'

const endpoints = {
  imdsUrl: 'http://127.0.0.1:7430',
  identityEndpoint: 'http://127.0.0.1:7431/msi/token',
  environmentFile: '/home/ada/.signet/vm-1/environment.sh',
}

test('gives lines that are ready to paste', () => {
  expect(shellSamples(endpoints)).toEqual({
    environment: '. "/home/ada/.signet/vm-1/environment.sh"',
    imds: 'export AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:7430',
    curl: "curl -sS -H Metadata:true 'http://127.0.0.1:7430/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net'",
  })
})

test('keeps a hostile path of an agent from running anything in the shell', () => {
  const hostile = shellSamples({ ...endpoints, environmentFile: '/tmp/$(reboot)`x`"', imdsUrl: "http://a/';reboot;'" })
  expect(hostile.environment).toBe(". '/tmp/$(reboot)`x`\"'")
  expect(hostile.imds).toBe("export AZURE_POD_IDENTITY_AUTHORITY_HOST='http://a/'\\'';reboot;'\\'''")
  expect(hostile.curl).toBe(
    "curl -sS -H Metadata:true 'http://a/%27;reboot;%27/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net'",
  )
})
