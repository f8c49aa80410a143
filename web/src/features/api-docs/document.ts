import { z } from 'zod'

/** A schema of the document, of which only the members that are shown are known. */
export interface Schema {
  readonly [member: string]: unknown
}

const SchemaHolder = z.looseObject({ schema: z.record(z.string(), z.unknown()).optional() })
const Content = z.record(z.string(), SchemaHolder).optional()
const OperationShape = z.looseObject({
  operationId: z.string(),
  summary: z.string().default(''),
  description: z.string().default(''),
  tags: z.array(z.string()).default([]),
  parameters: z
    .array(
      z.looseObject({
        name: z.string(),
        in: z.string(),
        required: z.boolean().default(false),
        schema: z.record(z.string(), z.unknown()).default({}),
      }),
    )
    .default([]),
  requestBody: z.looseObject({ content: Content }).optional(),
  responses: z.record(z.string(), z.looseObject({ description: z.string().default(''), content: Content })),
  'x-signet-permission': z.string().optional(),
})

/** One operation, ready to be shown. */
export interface Operation {
  readonly id: string
  readonly heading: string
  readonly method: string
  readonly path: string
  readonly summary: string
  readonly description: string
  readonly permission: string | undefined
  readonly parameters: readonly { name: string; in: string; required: boolean; schema: Schema }[]
  readonly body: Schema | undefined
  readonly answers: readonly { status: string; description: string; schema: Schema | undefined }[]
}

const firstSchema = (content: z.infer<typeof Content>): Schema | undefined => Object.values(content ?? {})[0]?.schema

/** The operations of an OpenAPI document in its order, and the schemas they name. */
export function operationsOf(document: { paths: Record<string, unknown>; [member: string]: unknown }): {
  operations: Operation[]
  schemas: Record<string, Schema>
} {
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(z.record(z.string(), z.unknown()).parse(item)).map(([method, given]): Operation => {
      const operation = OperationShape.parse(given)
      return {
        id: operation.operationId,
        heading: operation.tags[0] ?? 'Other',
        method: method.toUpperCase(),
        path,
        summary: operation.summary,
        description: operation.description,
        permission: operation['x-signet-permission'],
        parameters: operation.parameters,
        body: firstSchema(operation.requestBody?.content),
        answers: Object.entries(operation.responses).map(([status, { description, content }]) => ({
          status,
          description,
          schema: firstSchema(content),
        })),
      }
    }),
  )
  const components = z
    .looseObject({ schemas: z.record(z.string(), z.record(z.string(), z.unknown())).default({}) })
    .safeParse(document['components'])
  return { operations, schemas: components.data?.schemas ?? {} }
}

const prefix = '#/components/schemas/'

/** A schema as one reads a type: `{ items: InstanceSummary[], nextCursor: string | null }`. Named ones stay names. */
export function typeWords(schema: Schema | undefined, indent = ''): string {
  if (schema === undefined) return 'nothing'
  const ref = schema['$ref']
  if (typeof ref === 'string') return ref.startsWith(prefix) ? ref.slice(prefix.length) : ref
  for (const key of ['anyOf', 'oneOf']) {
    const parts = schema[key]
    if (Array.isArray(parts)) return parts.map((part) => typeWords(part, indent)).join(' | ')
  }
  if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => JSON.stringify(value)).join(' | ')
  if ('const' in schema) return JSON.stringify(schema['const'])
  const { type } = schema
  if (Array.isArray(type)) return type.join(' | ')
  if (type === 'array') return arrayWords(typeWords(asSchema(schema['items']), indent))
  return type === 'object' ? objectWords(schema, indent) : scalarWords(schema)
}

function asSchema(value: unknown): Schema {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function arrayWords(item: string): string {
  return item.includes(' | ') ? `(${item})[]` : `${item}[]`
}

function objectWords(schema: Schema, indent: string): string {
  const members = Object.entries(asSchema(schema['properties']))
  const required = Array.isArray(schema['required']) ? schema['required'] : []
  if (members.length === 0) {
    const rest = schema['additionalProperties']
    return typeof rest === 'object' && rest !== null ? `{ [name]: ${typeWords(asSchema(rest), indent)} }` : '{}'
  }
  const inner = `${indent}  `
  const lines = members.map(
    ([name, member]) => `${inner}${name}${required.includes(name) ? '' : '?'}: ${typeWords(asSchema(member), inner)}`,
  )
  return `{\n${lines.join('\n')}\n${indent}}`
}

function scalarWords(schema: Schema): string {
  const type = typeof schema['type'] === 'string' ? schema['type'] : 'anything'
  const format = typeof schema['format'] === 'string' && schema['format'] !== 'safeint' ? ` (${schema['format']})` : ''
  return `${type}${format}`
}
