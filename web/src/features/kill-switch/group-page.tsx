import type { GroupStanding } from '@signet/shared/api/resource-groups'
import { fieldIs } from '@signet/shared/query/query-text'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { OctagonX, Play } from 'lucide-react'
import { useState } from 'react'
import { useAskedAct } from '../../api/asked-act.ts'
import { loadStateOf } from '../../api/load-state.ts'
import { groupOptions, useGroupAct } from '../../api/propagation.ts'
import { useRefusal } from '../../api/session.ts'
import { AskingButton, StopQuestion } from '../../ui/asked-dialogs.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { notify } from '../../ui/toaster.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { PropagationCard } from './propagation-card.tsx'
import { toldWords } from './told-words.ts'

const page = getRouteApi('/signed-in/groups/$name')

/** A resource group as a whole: what is in it, and the switch that stops all of it. */
export function GroupPage() {
  const { name } = page.useParams()
  const query = useQuery(groupOptions(name))
  useTitle(query.data && visibleText(query.data.name), 'Resource group')
  return (
    <Loadable state={loadStateOf(query)}>
      {(group) => (
        <>
          <PageHeader
            back={<Link to="/instances">Instances</Link>}
            title={<Untrusted text={group.name} />}
            meta={<GroupBadge group={group} />}
            actions={<GroupActs group={group} />}
          />
          <Card title="Resource group">
            <GroupFacts group={group} />
          </Card>
          {group.propagation !== null && <PropagationCard propagation={group.propagation} />}
        </>
      )}
    </Loadable>
  )
}

function GroupBadge({ group: { identities } }: { group: GroupStanding }) {
  const { total, paused } = identities
  if (total === 0) return <StatusBadge tone="off" word="No identity" />
  if (paused === 0) return <StatusBadge tone="ok" word="On" />
  return <StatusBadge tone="warn" word={paused === total ? 'Paused' : 'Paused in part'} />
}

function GroupFacts({ group: { name, instances, identities } }: { group: GroupStanding }) {
  const { total, paused, pausedWithGroup } = identities
  return (
    <Facts>
      <Fact name="Instances">{instances}</Fact>
      <Fact name="Identities">
        {total} <span className="muted">of its instances, and user-assigned ones in it</span>
      </Fact>
      <Fact name="User-assigned">
        <Link to="/identities" search={{ q: fieldIs('group', name) }}>
          Those in the group
        </Link>
      </Fact>
      <Fact name="Paused">
        {paused}
        {paused > 0 && `: ${pausedWithGroup} with the group, ${paused - pausedWithGroup} alone`}
      </Fact>
    </Facts>
  )
}

function GroupActs({ group }: { group: GroupStanding }) {
  const [asking, setAsking] = useState(false)
  const refusal = useRefusal('identities.write')
  const { total, paused, pausedWithGroup } = group.identities
  const none = total === 0 ? 'No identity of the group gives out tokens.' : undefined
  const all = paused === total ? 'Every identity of the group is paused.' : undefined
  return (
    <>
      {pausedWithGroup > 0 && <ResumeButton group={group} refusal={refusal} />}
      <Button
        kind="danger"
        icon={<OctagonX size={14} aria-hidden />}
        disabledReason={refusal ?? none ?? all}
        onClick={() => setAsking(true)}
      >
        Pause the whole group…
      </Button>
      {asking && <PauseGroupDialog group={group} onClose={() => setAsking(false)} />}
    </>
  )
}

function PauseGroupDialog({ group, onClose }: { group: GroupStanding; onClose: () => void }) {
  const refusal = useRefusal('identities.write')
  const name = visibleText(group.name)
  const { total, paused } = group.identities
  const act = useAskedAct({
    mutation: useGroupAct(group.name, 'pause'),
    wishOf: (reason) => reason,
    onDone: ({ changed, propagation }) => {
      notify('ok', `${changed} identities of ${name} are paused`, toldWords(propagation))
      onClose()
    },
  })
  return (
    <StopQuestion
      act={act}
      title={`Pause every identity of ${name}?`}
      confirmLabel="Pause the group"
      name={name}
      refusal={refusal}
      onClose={onClose}
    >
      <p>
        {total - paused} {total - paused === 1 ? 'identity is' : 'identities are'} refused at once, by the authority and
        with the tokens that they have: those of its {group.instances} instances, and the user-assigned ones in it.
        {paused > 0 && ` ${paused} are paused already and stay as they are.`}
      </p>
      <p>
        Principals, roles and certificates stay. Resuming the group gives back what was paused with it; what was paused
        alone stays paused.
      </p>
    </StopQuestion>
  )
}

function ResumeButton({ group, refusal }: { group: GroupStanding; refusal: string | undefined }) {
  const name = visibleText(group.name)
  const { paused, pausedWithGroup } = group.identities
  const act = useAskedAct({
    mutation: useGroupAct(group.name, 'resume'),
    wishOf: (reason) => reason,
    onDone: ({ changed }) => notify('ok', `${changed} identities of ${name} are resumed`),
  })
  return (
    <AskingButton
      act={act}
      label="Resume the group"
      icon={<Play size={14} aria-hidden />}
      title={`Resume ${name}?`}
      refusal={refusal}
    >
      <p>
        {pausedWithGroup} identities give out tokens again, and tokens of before the pause are good until they end.
        {paused > pausedWithGroup && ` ${paused - pausedWithGroup} that were paused alone stay paused.`}
      </p>
    </AskingButton>
  )
}
