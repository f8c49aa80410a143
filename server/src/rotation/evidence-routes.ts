import type { evidenceApi } from '@signet/shared/api/evidence'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { Rotation } from './rotation.ts'

export function evidenceHandlers(rotation: Rotation): Handlers<typeof evidenceApi> {
  const { evidence, slots, registry } = rotation
  return {
    ...rotation.certificateExports,
    certificates: ({ query }) => evidence.certificates(query),
    credentials: async ({ params }) => {
      const { objectId } = await registry.require(params.principalId)
      const due = (await slots.ofPrincipals([objectId])).flatMap(({ rotateAfter }) => rotateAfter ?? [])
      const items = await evidence.ofPrincipal(objectId)
      return { items, nextRotationAt: due.length === 0 ? null : Math.min(...due) }
    },
    held: ({ query }) => evidence.held(query, query),
    token: ({ params }) => evidence.token(params.uti),
    requested: async ({ params }) => ({ items: evidence.requested(params.correlationId) }),
  }
}
