import type { Audience } from '@signet/shared/api/audiences'
import { Copyable } from '../../ui/copyable.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { ExactTime } from '../../ui/relative-time.tsx'
import { lifetimeWords } from './audience-draft.ts'

/** How tokens for an audience are, and who gets them. */
export function AudienceFacts({ audience }: { audience: Audience }) {
  return (
    <Facts>
      <Fact name="Identifier URI">
        <Copyable value={audience.uri} label="identifier URI" />
      </Fact>
      <Fact name="Application ID">
        <Copyable value={audience.appId} label="application ID" />
      </Fact>
      <Fact name="Scope to ask for">
        <Copyable value={`${audience.uri}/.default`} label="scope" />
      </Fact>
      <Fact name="Token version">
        {audience.tokenVersion === 1 ? '1: aud is the identifier URI' : '2: aud is the application ID'}
      </Fact>
      <Fact name="Token lifetime">{lifetimeWords(audience.lifetimeSeconds)}</Fact>
      <Fact name="Who gets tokens">
        {audience.assignmentRequired ? 'Only principals with a role' : 'Every principal'}
      </Fact>
      <Fact name="Client capabilities (xms_cc)">{audience.clientCapabilities ? 'Yes' : 'No'}</Fact>
      <Fact name="Registered">
        <ExactTime at={audience.createdAt} relative />
      </Fact>
    </Facts>
  )
}
