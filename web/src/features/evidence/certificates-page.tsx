import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { problemOf } from '../../api/api-error.ts'
import { certificateFacts } from '../../api/certificate-facts.ts'
import { loadStateOf } from '../../api/load-state.ts'
import { useSavedViews } from '../../api/saved-views.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { FactList } from '../../ui/fact-list.tsx'
import { ListPage } from '../../ui/list-page.tsx'
import { useListView } from '../../ui/list-view.ts'
import { Loadable } from '../../ui/loadable.tsx'
import { PeekPanel } from '../../ui/peek-panel.tsx'
import { notify } from '../../ui/toaster.tsx'
import { builtInViews, certificateList } from './certificate-list.tsx'
import { certificateOptions, useCertificateExport, useCertificateRows } from './evidence-queries.ts'

const page = getRouteApi('/signed-in/rotations/certificates')

/** Every certificate there is or was, with its whole life. */
export function CertificatesPage() {
  const navigate = page.useNavigate()
  const view = useListView(certificateList, page.useSearch(), (search, push) => {
    void navigate({ search, replace: !push, resetScroll: false })
  })
  return (
    <ListPage
      view={view}
      list={useCertificateRows(view.question)}
      back={<Link to="/rotations">Rotations</Link>}
      title="Certificates"
      lead="Every certificate that is or was, of every identity, each with its whole life."
      views={{ builtIn: builtInViews, ...useSavedViews('certificates') }}
      exporter={useCertificateExport((error) =>
        notify('bad', 'The selection was not exported', problemOf(error).detail),
      )}
      onOpen={({ id }) => view.change({ peek: id })}
      peek={(id, onClose) => <CertificatePeek id={id} onClose={onClose} />}
      bulk={() => null}
      empty={
        <EmptyState title="There is no certificate yet">
          <p>The first one is issued as soon as an identity is turned on and its agent asks for it.</p>
        </EmptyState>
      }
    />
  )
}

function CertificatePeek({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useQuery(certificateOptions(id))
  return (
    <PeekPanel title={`Certificate ${query.data?.thumbprint.slice(0, 8) ?? ''}`} onClose={onClose}>
      <Loadable state={loadStateOf(query)}>
        {(record) =>
          record === null ? (
            <p className="muted">It is not on record any more.</p>
          ) : (
            <FactList facts={certificateFacts(record)} />
          )
        }
      </Loadable>
    </PeekPanel>
  )
}
