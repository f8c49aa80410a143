import { AuditEvent } from '@signet/shared/api/audit'
import { InstanceId, ObjectId } from '@signet/shared/vocabulary/identifiers'

const id = (last: number) => `01890000-0000-4000-8000-${String(last).padStart(12, '0')}`

export const exampleIds = {
  instanceId: InstanceId.parse(id(1)),
  principalId: ObjectId.parse(id(2)),
  otherId: ObjectId.parse(id(9)),
}

/** An act of an operator on that instance. */
export function exampleEvent(given: Partial<AuditEvent>): AuditEvent {
  return AuditEvent.parse({
    id: id(5),
    at: Date.UTC(2030, 0, 2, 3, 4, 5),
    actor: { kind: 'operator', id: null, label: 'Ada', ip: '192.0.2.7' },
    action: 'identity.paused',
    target: { kind: 'instance', id: id(1), label: 'web-01' },
    outcome: 'ok',
    reason: null,
    correlationId: id(6),
    before: null,
    after: null,
    ...given,
  })
}
