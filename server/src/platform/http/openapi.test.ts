import { adminRoutes, adminSchemas } from '@signet/shared/api/admin-api'
import { describe, expect, it } from 'vitest'
import { adminRoutes as routesOfAllFiles } from '../../../test/admin-contract.ts'
import { openApiDocument } from './openapi.ts'

interface Operation {
  operationId: string
  parameters?: { name: string; in: string }[]
  requestBody?: unknown
  responses: Record<string, unknown>
  security: unknown[]
}

const document = openApiDocument(adminRoutes, adminSchemas, '0.1.0')
const paths = document.paths as Record<string, Record<string, Operation>>
const operations = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method, ...operation })),
)

/** Every `$ref` below a value. */
function refsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) => (key === '$ref' ? [String(each)] : refsOf(each)))
}

describe('the OpenAPI document', () => {
  it('has every route of the contract, whatever file it is in', () => {
    const streams = operations.filter(({ responses }) => JSON.stringify(responses).includes('text/event-stream'))
    expect(operations.length - streams.length).toBe(routesOfAllFiles.length)
    for (const [, { method, path }] of routesOfAllFiles) {
      const written = `/api${path.replaceAll(/:([A-Za-z]+)/g, '{$1}')}`
      expect(paths[written], written).toHaveProperty(method.toLowerCase())
    }
  })

  it('is OpenAPI 3.1: names, parameters and references are whole', () => {
    expect(document.openapi).toMatch(/^3\.1\./)
    expect(new Set(operations.map((each) => each.operationId)).size).toBe(operations.length)
    for (const { path, parameters = [], responses, operationId } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
      expect(
        parameters.filter((each) => each.in === 'path').map((each) => each.name),
        operationId,
      ).toEqual(inPath)
      expect(Object.keys(responses), operationId).toContain('default')
    }
    for (const ref of refsOf(document)) {
      const found = ref
        .replace(/^#\//, '')
        .split('/')
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document)
      expect(found, ref).toBeDefined()
    }
  })

  it('says what each operation needs', () => {
    const of = (name: string) => operations.find((each) => each.operationId === name)
    expect(of('operators.signIn')).toMatchObject({ security: [] })
    expect(of('resources.setIdentity')).toMatchObject({
      'x-signet-permission': 'identities.write',
      security: [{ session: [] }],
      requestBody: { required: true },
      parameters: expect.arrayContaining([
        expect.objectContaining({ name: 'if-match', in: 'header' }),
        expect.objectContaining({ name: 'idempotency-key', in: 'header' }),
      ]),
    })
    expect(of('resources.export')?.responses).toHaveProperty('200')
  })

  it('names the schemas that have a name, once', () => {
    const refs = new Set(refsOf(document))
    for (const name of ['InstanceDetail', 'RotationSummary', 'Problem'])
      expect(refs).toContain(`#/components/schemas/${name}`)
  })
})
