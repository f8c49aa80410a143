import type { AuthorityScope, CertificateAuthority } from '@signet/shared/api/certificate-authorities'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useAskedAct } from '../../api/asked-act.ts'
import { loadStateOf } from '../../api/load-state.ts'
import { useRefusal } from '../../api/session.ts'
import { credentialWords } from '../../api/words.ts'
import { StopQuestion } from '../../ui/asked-dialogs.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { None } from '../../ui/none.tsx'
import { DueTime, ExactTime } from '../../ui/relative-time.tsx'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { notify } from '../../ui/toaster.tsx'
import { ValidityBar } from '../../ui/validity-bar.tsx'
import { authoritiesOptions, useRotateAuthority } from './keys-queries.ts'

const scopeWords: Record<AuthorityScope, string> = {
  root: 'The other authorities',
  tls: 'Certificates of the server',
  agents: 'Certificates of agents',
  credentials: 'Certificates of identities',
}

function unnoticedWords(scope: AuthorityScope): string {
  if (scope !== 'root') return 'Clients that trust the root notice nothing.'
  return 'Clients that trust it notice nothing until it ends; give them a new copy of the roots (signet trust) before.'
}

const columns = columnsOf<CertificateAuthority>([
  { id: 'name', header: 'Authority', cell: ({ name }) => name },
  { id: 'signs', header: 'Signs', cell: ({ scope }) => scopeWords[scope] },
  { id: 'state', header: 'State', cell: ({ state }) => <StatusBadge {...credentialWords[state]} /> },
  {
    id: 'thumbprint',
    header: 'Thumbprint',
    cell: ({ thumbprint, name }) => <Copyable value={thumbprint} label={`thumbprint of ${name}`} short={8} />,
  },
  {
    id: 'validity',
    header: 'Validity',
    cell: ({ notBefore, notAfter }) => <ValidityBar from={notBefore} until={notAfter} />,
  },
  { id: 'next', header: 'Next', cell: (authority) => <NextStep authority={authority} /> },
  { id: 'act', header: 'Actions', cell: (authority) => <RotateAuthority authority={authority} /> },
])

/** The certificate authorities, which roll by themselves (SEC-51). */
export function AuthoritiesCard() {
  const query = useQuery(authoritiesOptions)
  return (
    <Card title="Certificate authorities">
      <Loadable state={loadStateOf(query)}>
        {({ items }) => (
          <SimpleTable label="Certificate authorities" columns={columns} rows={items} rowId={({ id }) => id} />
        )}
      </Loadable>
    </Card>
  )
}

function NextStep({ authority }: { authority: CertificateAuthority }) {
  const { state, prepareAt, activateAt, leavesUntil } = authority
  if (state === 'prepared' && activateAt !== null) {
    return (
      <>
        Signs <DueTime at={activateAt} />
      </>
    )
  }
  if (state === 'retiring') {
    return (
      <>
        Trusted until <ExactTime at={leavesUntil} />
      </>
    )
  }
  if (prepareAt !== null) {
    return (
      <>
        Next one made <DueTime at={prepareAt} />
      </>
    )
  }
  if (activateAt === null) return <None />
  return (
    <>
      Next one signs <DueTime at={activateAt} />
    </>
  )
}

function RotateAuthority({ authority: { id, name, scope, state } }: { authority: CertificateAuthority }) {
  const [asking, setAsking] = useState(false)
  const refusal = useRefusal('signing_keys.write')
  const close = () => setAsking(false)
  const act = useAskedAct({
    mutation: useRotateAuthority(id),
    wishOf: (reason) => ({ reason }),
    onDone: ({ active }) => {
      notify('ok', `${active.name} signs from now on`)
      close()
    },
  })
  if (state !== 'active') return <None />
  const ask = () => {
    act.reset()
    setAsking(true)
  }
  return (
    <>
      <Button small disabledReason={refusal} aria-label={`Rotate ${name}`} onClick={ask}>
        Rotate…
      </Button>
      <StopQuestion
        act={act}
        open={asking}
        title={`Let another authority sign in place of ${name}?`}
        confirmLabel="Rotate"
        refusal={refusal}
        onClose={close}
      >
        <p>
          What it has signed stays valid until it ends, and it stays trusted for as long. {unnoticedWords(scope)} It
          does this by itself in time: rotate it now only for a reason.
        </p>
      </StopQuestion>
    </>
  )
}
