import type { InstanceDetail } from '@signet/shared/api/resources'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Card } from '../../ui/card.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { IdFacts } from '../../ui/id-column.tsx'
import { LastToken } from '../../ui/last-token.tsx'
import { None } from '../../ui/none.tsx'
import { Notice } from '../../ui/notice.tsx'
import { DueTime } from '../../ui/relative-time.tsx'
import { SideBySide } from '../../ui/side-by-side.tsx'
import { TickList } from '../../ui/tick-list.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { IdentityActs } from './identity-acts.tsx'
import { IdentityToggle } from './identity-toggle.tsx'
import { healthTones } from './instance-words.ts'
import { UseFromCode } from './use-from-code.tsx'

interface IdentityTabProps {
  instance: InstanceDetail
  /** How long tokens of a principal live. */
  lifetime: (principalId: ObjectId) => ReactNode
  /** How far the last act on a principal has come. */
  propagation: (principalId: ObjectId) => ReactNode
  /** Takes back the tokens of a principal. */
  revoke: (principal: { principalId: ObjectId; name: string }) => ReactNode
  /** The resource group of a resource ID. */
  group: (resourceId: string) => ReactNode
}

/** The system-assigned identity, laid out as people know it from Azure. */
export function IdentityTab({ instance, lifetime, propagation, revoke, group }: IdentityTabProps) {
  const { identity, restorable } = instance
  const last = identity?.principalId ?? restorable?.principalId
  return (
    <>
      {last !== undefined && propagation(last)}
      <SideBySide>
        <Card title="System-assigned identity">
          <Health instance={instance} />
          <Facts>
            <Fact name="Status">
              <span className="row">
                <IdentityToggle instance={instance} />
                <IdentityActs instance={instance} />
                {identity !== null && revoke({ principalId: identity.principalId, name: instance.name })}
              </span>
            </Fact>
            <IdFacts
              none="None while the identity is off"
              ids={[
                ['Object (principal) ID', instance.identity?.principalId, 'principal ID'],
                ['Client ID', instance.identity?.clientId, 'client ID'],
                ['Tenant ID', instance.tenantId, 'tenant ID'],
                ['Authority', instance.authorityUrl, 'authority'],
                ['Resource ID', instance.resourceId, 'resource ID'],
              ]}
            />
            <Fact name="Resource group">{group(instance.resourceId)}</Fact>
            {identity !== null && <Fact name="Token lifetime">{lifetime(identity.principalId)}</Fact>}
            <Fact name="Last token">
              <LastToken token={instance.lastToken} none="None yet" />
            </Fact>
            <Fact name="Next rotation">
              {instance.nextRotationAt === null ? <None /> : <DueTime at={instance.nextRotationAt} />}
            </Fact>
          </Facts>
        </Card>
        <UseFromCode instance={instance} />
      </SideBySide>
    </>
  )
}

/** Why the identity is in its state, the three steps of turning on, and where to go to mend what is wrong. */
function Health({ instance }: { instance: InstanceDetail }) {
  const { state, reason, fix } = instance.health
  const steps = instance.turningOn
  const isHere = fix === null || fix.tab === 'identity'
  if (state === 'on' && fix === null) return null
  return (
    <Notice tone={healthTones[state] ?? 'info'}>
      {steps !== null && (
        <TickList
          label="Steps of turning on"
          items={[
            { name: 'Principal', done: steps.principal, detail: 'made in the directory' },
            { name: 'Certificate', done: steps.certificate, detail: 'issued for a key made on the instance' },
            { name: 'Agent has it', done: false, detail: 'tokens are given out from then on' },
          ]}
        />
      )}
      <p>{visibleText(reason)}</p>
      {!isHere && (
        <p>
          <Link to="/instances/$instanceId/{-$tab}" params={{ instanceId: instance.id, tab: fix.tab }}>
            {fix.label}
          </Link>
        </p>
      )}
    </Notice>
  )
}
