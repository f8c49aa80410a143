import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SignetError } from '../platform/signet-error.ts'
import { resourceKey, resourceOfScope, resourceOfV1 } from './audience.ts'

const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'none'
  } catch (error) {
    return error instanceof SignetError ? error.code : String(error)
  }
}

describe('the resource of a v2 scope', () => {
  it.each([
    ['https://vault.azure.net/.default', 'https://vault.azure.net'],
    ['https://vault.azure.net//.default', 'https://vault.azure.net/'],
    ['https://vault.azure.net/.default/.default', 'https://vault.azure.net/.default'],
    ['api://0f1d/.default openid offline_access profile', 'api://0f1d'],
    ['openid email  https://graph.microsoft.com/.default ', 'https://graph.microsoft.com'],
    ['6f7a1c8e-0000-4000-8000-000000000000/.default', '6f7a1c8e-0000-4000-8000-000000000000'],
  ])('loses exactly one suffix: %s', (scope, resource) => {
    expect(resourceOfScope(scope)).toBe(resource)
  })

  it.each([
    [undefined, 'parameter_missing'],
    ['   ', 'parameter_missing'],
    ['openid profile', 'scope_not_default'],
    ['https://vault.azure.net/user_impersonation', 'scope_not_default'],
    ['https://vault.azure.net/.Default', 'scope_not_default'],
    ['/.default', 'scope_malformed'],
    [`https://${'x'.repeat(500)}/.default`, 'scope_malformed'],
    ['https://a/.default https://b/.default', 'scope_ambiguous'],
    ['https://a/.default https://a/.default', 'scope_ambiguous'],
  ])('is refused when it is %s', (scope, code) => {
    expect(codeOf(() => resourceOfScope(scope))).toBe(code)
  })

  it('comes back from any scope that was made of it', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[!-~]{1,100}$/), (resource) => {
        expect(resourceOfScope(`${resource}/.default`)).toBe(resource)
      }),
    )
  })
})

describe('the resource of a v1 request', () => {
  it('stays as it was sent', () => {
    expect(resourceOfV1('https://management.core.windows.net//')).toBe('https://management.core.windows.net//')
  })

  it.each([
    [undefined, 'parameter_missing'],
    ['', 'parameter_missing'],
    ['x'.repeat(501), 'resource_unknown'],
  ])('is refused when it is %s', (resource, code) => {
    expect(codeOf(() => resourceOfV1(resource))).toBe(code)
  })
})

describe('the look-up key', () => {
  it('takes one or two trailing slashes for none, and nothing else for the same (SEC-82)', () => {
    const plain = resourceKey('https://vault.azure.net')
    expect(resourceKey('https://vault.azure.net/')).toBe(plain)
    expect(resourceKey('https://vault.azure.net//')).toBe(plain)
    for (const other of [
      'https://vault.azure.net///',
      'https://VAULT.azure.net',
      'https://vault.azure.net/x',
      ' https://vault.azure.net',
      'https://vault.azure.net?x',
      'http://vault.azure.net',
    ])
      expect(resourceKey(other)).not.toBe(plain)
  })
})
