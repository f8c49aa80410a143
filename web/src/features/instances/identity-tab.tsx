import type { InstanceDetail } from '@signet/shared/api/resources'
import { Card } from '../../ui/card.tsx'
import { CheckList } from '../../ui/check-list.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { None } from '../../ui/none.tsx'
import { Notice } from '../../ui/notice.tsx'
import { DueTime, RelativeTime } from '../../ui/relative-time.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import styles from './identity-tab.module.css'
import { IdentityToggle } from './identity-toggle.tsx'
import { UseFromCode } from './use-from-code.tsx'

/** The system-assigned identity, laid out as people know it from Azure. */
export function IdentityTab({ instance }: { instance: InstanceDetail }) {
  return (
    <div className={styles['columns']}>
      <Card title="System-assigned identity">
        {instance.identityState === 'enabling' && <Progress instance={instance} />}
        <Notice tone="info">{visibleText(instance.health.reason)}</Notice>
        <Facts>
          <Fact name="Status">
            <IdentityToggle instance={instance} />
          </Fact>
          <Fact name="Object (principal) ID">
            <Id value={instance.identity?.principalId} label="principal ID" />
          </Fact>
          <Fact name="Client ID">
            <Id value={instance.identity?.clientId} label="client ID" />
          </Fact>
          <Fact name="Tenant ID">
            <Id value={instance.tenantId} label="tenant ID" />
          </Fact>
          <Fact name="Authority">
            <Id value={instance.authorityUrl} label="authority" />
          </Fact>
          <Fact name="Resource ID">
            <Id value={instance.resourceId} label="resource ID" />
          </Fact>
          <Fact name="Last token">
            {instance.lastToken === null ? (
              <span className="muted">None yet</span>
            ) : (
              <>
                <RelativeTime at={instance.lastToken.at} /> for <Untrusted text={instance.lastToken.audience} />
              </>
            )}
          </Fact>
          <Fact name="Next rotation">
            {instance.nextRotationAt === null ? <None /> : <DueTime at={instance.nextRotationAt} />}
          </Fact>
        </Facts>
      </Card>
      <UseFromCode instance={instance} />
    </div>
  )
}

function Id({ value, label }: { value: string | undefined; label: string }) {
  return value === undefined ? (
    <span className="muted">None while the identity is off</span>
  ) : (
    <Copyable value={value} label={label} />
  )
}

/** The steps of turning on that are done already. */
function Progress({ instance }: { instance: InstanceDetail }) {
  const steps = [
    { name: 'Principal', ok: instance.identity !== null, detail: 'made in the directory' },
    { name: 'Certificate', ok: instance.credential !== null, detail: 'issued for a key made on the instance' },
  ].filter((step) => step.ok)
  return (
    <Notice tone="info" title="Turning on…">
      {steps.length > 0 && <CheckList label="Steps done" items={steps} />}
      <p className="muted">
        {instance.agent === null
          ? 'Waiting for an agent to be enrolled on the instance.'
          : instance.agent.connected
            ? 'Waiting for the agent to take it up.'
            : 'Waiting for the agent to connect.'}
      </p>
    </Notice>
  )
}
