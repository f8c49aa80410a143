import { describe, expect, test } from 'vitest'
import { operationsOf, typeWords } from './document.ts'

describe('typeWords', () => {
  test.each([
    [{ type: 'string' }, 'string'],
    [{ type: 'integer', format: 'safeint' }, 'integer'],
    [{ type: 'string', format: 'uuid' }, 'string (uuid)'],
    [{ $ref: '#/components/schemas/InstanceSummary' }, 'InstanceSummary'],
    [{ enum: ['on', 'off'] }, '"on" | "off"'],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'string | null'],
    [{ type: 'array', items: { $ref: '#/components/schemas/A' } }, 'A[]'],
    [{ type: 'array', items: { enum: ['a', 'b'] } }, '("a" | "b")[]'],
    [{ type: 'object', additionalProperties: { type: 'number' } }, '{ [name]: number }'],
    [undefined, 'nothing'],
  ])('reads %o as %s', (schema, words) => {
    expect(typeWords(schema)).toBe(words)
  })

  test('writes objects on lines of their own and marks what may be left out', () => {
    const schema = {
      type: 'object',
      properties: { id: { type: 'string' }, in: { type: 'object', properties: { n: { type: 'number' } } } },
      required: ['id'],
    }
    expect(typeWords(schema)).toBe('{\n  id: string\n  in?: {\n    n?: number\n  }\n}')
  })
})

test('operationsOf takes what is shown out of the document', () => {
  const paths = {
    '/api/things/{id}': {
      put: {
        operationId: 'things.change',
        tags: ['Things'],
        summary: 'Change one',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        requestBody: { content: { 'application/json': { schema: { type: 'object' } } } },
        responses: { '204': { description: 'Done' } },
        'x-signet-permission': 'things.write',
      },
    },
  }
  const { operations } = operationsOf({ paths })
  expect(operations).toMatchObject([
    {
      id: 'things.change',
      method: 'PUT',
      heading: 'Things',
      permission: 'things.write',
      parameters: [{ name: 'id', required: true }],
      body: { type: 'object' },
      answers: [{ status: '204', description: 'Done', schema: undefined }],
    },
  ])
})
