import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { adminRoutes, adminSchemas, isRouteTable } from '@signet/shared/api/admin-api'
import type { Route } from '@signet/shared/api/contract'
import { describe, expect, it } from 'vitest'
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

/** Looks into every file of the contract, so that a table nobody listed is found. The console's own is not HTTP's. */
async function routesOfAllFiles(): Promise<Route[]> {
  const folder = fileURLToPath(new URL('../../../../shared/src/api/', import.meta.url))
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && !/\.test\.|^console\.ts$/.test(name))
  const modules: object[] = await Promise.all(files.map((name) => import(`${folder}${name}`)))
  return modules.flatMap((each) => Object.values(each).filter(isRouteTable)).flatMap((table) => Object.values(table))
}

/** Every `$ref` below a value. */
function refsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) => (key === '$ref' ? [String(each)] : refsOf(each)))
}

describe('the OpenAPI document', () => {
  it('has every route of the contract', async () => {
    const routes = await routesOfAllFiles()
    expect(routes.length).toBeGreaterThan(15)
    for (const { method, path } of routes) {
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
    })
  })

  it('names the schemas that have a name, once', () => {
    const refs = new Set(refsOf(document))
    for (const name of ['InstanceDetail', 'RotationSummary', 'Problem'])
      expect(refs).toContain(`#/components/schemas/${name}`)
  })
})
