import { expect, test } from 'vitest'
import { curlSample } from './code-samples.ts'

const served = (url: string) => [{ dialect: 'imds', url, environmentFile: '/imds.env' } as const]

test('gives a command that is ready to paste, where there is an endpoint for it', () => {
  expect(curlSample(served('http://127.0.0.1:7430'))).toBe(
    "curl -sS -H Metadata:true 'http://127.0.0.1:7430/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net'",
  )
  expect(curlSample([])).toBeNull()
})

test('keeps a hostile address of an agent from running anything in the shell', () => {
  expect(curlSample(served("http://a/';reboot;'"))).toBe(
    "curl -sS -H Metadata:true 'http://a/%27;reboot;%27/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net'",
  )
})
