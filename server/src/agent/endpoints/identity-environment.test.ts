import { LocalDialect } from '@signet/shared/wire/agent-protocol'
import { dialectVariables } from '@signet/shared/wire/dialect-variables'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../platform/secret.ts'
import { identityVariables, type LocalEndpoints, variablesOf } from './identity-environment.ts'

const url = (dialect: string) => `http://127.0.0.1:1/${dialect}`
const endpoints: LocalEndpoints = {
  urls: {
    ...{ imds: url('imds'), 'app-service': url('app-service'), 'app-service-2017': url('app-service-2017') },
    ...{
      'machine-learning': url('ml'),
      'cloud-shell': url('cloud-shell'),
      arc: url('arc'),
      'service-fabric': url('sf'),
    },
  },
  identityHeader: new Secret('s3cret'),
  certificate: { thumbprint: 'AB'.repeat(20), caFile: '/agent/ca.pem' },
}

describe('the variables of a dialect', () => {
  it.each(LocalDialect.options)('of %s are those that the dashboard shows, and lead to its own address', (dialect) => {
    const variables = variablesOf(dialect, endpoints)
    expect(Object.keys(variables ?? {})).toEqual(Object.keys(dialectVariables[dialect]))
    expect(Object.values(variables ?? {})).toContain(endpoints.urls[dialect])
  })

  it.each(LocalDialect.options)(
    'of %s hold the secret exactly where the dashboard leaves it out (SEC-99)',
    (dialect) => {
      const secret = Object.entries(variablesOf(dialect, endpoints) ?? {}).filter(([, value]) => value === 's3cret')
      const contents = Object.entries(dialectVariables[dialect]).filter(([, content]) => content === 'secret')
      expect(secret.map(([name]) => name)).toEqual(contents.map(([name]) => name))
    },
  )

  it('are all taken away by whoever sets some of them', () => {
    const names = new Set(Object.values(dialectVariables).flatMap((of) => Object.keys(of)))
    names.delete('NODE_EXTRA_CA_CERTS')
    expect(identityVariables).toEqual(expect.arrayContaining([...names]))
  })

  it('are none where the agent does not serve the dialect', () => {
    const { arc: _, ...urls } = endpoints.urls
    expect(variablesOf('arc', { ...endpoints, urls })).toBeUndefined()
  })
})
