import type { OwnSession } from '@signet/shared/api/operators'
import { useQuery } from '@tanstack/react-query'
import { LogOut } from 'lucide-react'
import { useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { loadStateOf } from '../../api/load-state.ts'
import { Button } from '../../ui/button.tsx'
import { Frame } from '../../ui/card.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { None } from '../../ui/none.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { DueTime, ExactTime, RelativeTime } from '../../ui/relative-time.tsx'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { notify } from '../../ui/toaster.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { browserWords } from './browser-words.ts'
import { sessionsOptions, useEndSessions } from './sessions-queries.ts'

const columns = columnsOf<OwnSession>([
  {
    id: 'browser',
    header: 'Browser',
    cell: ({ userAgent, current }) => {
      const words = browserWords(userAgent)
      return (
        <span className="row">
          {words === undefined ? <Untrusted text={userAgent} /> : <span title={visibleText(userAgent)}>{words}</span>}
          {current && <StatusBadge tone="ok" word="This one" />}
        </span>
      )
    },
  },
  { id: 'ip', header: 'From', cell: ({ ip }) => (ip === null ? <None /> : <Untrusted text={ip} className="mono" />) },
  { id: 'started', header: 'Signed in', cell: ({ startedAt }) => <ExactTime at={startedAt} relative /> },
  { id: 'seen', header: 'Last used', cell: ({ lastSeenAt }) => <RelativeTime at={lastSeenAt} /> },
  { id: 'ends', header: 'Ends unused', cell: ({ endsAt }) => <DueTime at={endsAt} /> },
  { id: 'act', header: 'Actions', cell: (session) => <EndButton session={session} /> },
])

/** Where the operator is signed in, so that a sign-in that is not theirs, or was forgotten, can be ended (SEC-18). */
export function SessionsPage() {
  useTitle('Your sign-ins')
  const query = useQuery(sessionsOptions)
  const others = query.data?.items.filter(({ current }) => !current).length ?? 0
  return (
    <>
      <PageHeader
        title="Your sign-ins"
        lead="Every browser that is signed in as you. End what you do not know or do not need."
        actions={<EndOthers count={others} />}
      />
      <Frame>
        <Loadable state={loadStateOf(query)}>
          {({ items }) => (
            <SimpleTable label="Your sign-ins" columns={columns} rows={items} rowId={(session) => session.id} />
          )}
        </Loadable>
      </Frame>
    </>
  )
}

function EndButton({ session }: { session: OwnSession }) {
  const end = useEndSessions()
  if (session.current) return <None />
  const name = browserWords(session.userAgent) ?? visibleText(session.userAgent)
  return (
    <Button
      small
      busy={end.isPending}
      aria-label={`Sign out ${name}`}
      onClick={() =>
        end.mutate(session.id, {
          onError: (error) => notify('bad', `${name} was not signed out`, problemOf(error).detail),
        })
      }
    >
      Sign out
    </Button>
  )
}

function EndOthers({ count }: { count: number }) {
  const [asking, setAsking] = useState(false)
  const end = useEndSessions()
  const close = () => setAsking(false)
  const confirm = () =>
    end.mutate(undefined, {
      onSuccess: () => notify('ok', 'You are signed in here alone'),
      onError: (error) => notify('bad', 'You were not signed out elsewhere', problemOf(error).detail),
      onSettled: close,
    })
  return (
    <>
      <Button
        icon={<LogOut size={14} aria-hidden />}
        disabledReason={count === 0 ? 'You are signed in nowhere else.' : undefined}
        onClick={() => setAsking(true)}
      >
        Sign out everywhere else
      </Button>
      <ConfirmDialog
        open={asking}
        title="Sign out everywhere else?"
        confirmLabel="Sign out"
        busy={end.isPending}
        onConfirm={confirm}
        onClose={close}
      >
        {count === 1 ? 'One other browser is' : `${count} other browsers are`} signed out at once. This one stays signed
        in.
      </ConfirmDialog>
    </>
  )
}
