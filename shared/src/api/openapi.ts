import { z } from 'zod'
import { route } from './contract.ts'

export const openapiApi = {
  document: route({
    method: 'GET',
    path: '/openapi.json',
    summary: 'The admin API as an OpenAPI 3.1 document',
    access: 'session',
    response: z.looseObject({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) }),
  }),
}
