import type { TokenLookup } from '@signet/shared/api/token-tests'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import { problemOf } from '../../api/api-error.ts'
import { codeWords } from '../../api/words.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { ExactTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import type { FoundId } from './decode-input.ts'
import styles from './token-test.module.css'
import { lookUp } from './token-test-queries.ts'

const words = { correlation: 'this ID', uti: 'the token number (uti)', kid: 'the key (kid)' } as const

/** Asks the server about one ID, when asked to. */
export function LookUp({ id }: { id: FoundId }) {
  const look = useMutation({ mutationFn: () => lookUp(id.kind, id.value) })
  return (
    <>
      <div className="row">
        <Button small icon={<Search size={14} aria-hidden />} busy={look.isPending} onClick={() => look.mutate()}>
          Look up {words[id.kind]}
        </Button>
        <span className="muted">Sends the ID alone{id.kind === 'kid' ? '.' : '; goes to the audit log.'}</span>
      </div>
      {look.data !== undefined && <Found found={look.data} />}
      {look.error !== null && <ErrorPanel problem={problemOf(look.error)} />}
    </>
  )
}

function Found({ found }: { found: TokenLookup }) {
  if (found.keyPublished !== null) {
    return <p role="status">{found.keyPublished ? 'The key is published.' : 'No published key has this ID.'}</p>
  }
  if (found.requests.length === 0 && found.traceId === null) return <p role="status">Nothing is known of it.</p>
  return (
    <ul className={styles['bullets']} aria-label="What is known">
      {found.requests.map((request) => (
        <li key={`${request.at}-${request.audience}`}>
          <ExactTime at={request.at} relative />{' '}
          <StatusBadge
            tone={request.outcome === 'ok' ? 'ok' : 'bad'}
            word={request.outcome === 'ok' ? 'Token issued' : codeWords(request.outcome)}
          />{' '}
          {request.instance !== null && <Untrusted text={request.instance.name} />}{' '}
          <Untrusted text={request.audience} />
        </li>
      ))}
      {found.traceId !== null && (
        <li>
          <Link to="/tokens/traces/$traceId" params={{ traceId: found.traceId }}>
            Trace of this test
          </Link>
        </li>
      )}
    </ul>
  )
}
