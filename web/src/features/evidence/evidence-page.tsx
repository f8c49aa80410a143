import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import { loadStateOf } from '../../api/load-state.ts'
import { instantOf } from '../../ui/absolute-time.ts'
import { Button } from '../../ui/button.tsx'
import { Card, Frame } from '../../ui/card.tsx'
import { Field, FieldRow, TextArea, TextInput } from '../../ui/form.tsx'
import { InstantField, shownInstant } from '../../ui/instant-field.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { ExactTime } from '../../ui/relative-time.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { requestedOptions } from './evidence-queries.ts'
import { HeldTable } from './held-table.tsx'
import { tokenNumberIn } from './token-number.ts'

const page = getRouteApi('/signed-in/rotations/evidence')

/** The two questions an auditor comes with. */
export function EvidencePage() {
  useTitle('Evidence', 'Rotations')
  return (
    <>
      <PageHeader
        back={<Link to="/rotations">Rotations</Link>}
        title="Evidence"
        lead="What can be proved of the past from what is on record. Nothing in it can be edited."
      />
      <WhichCertificate />
      <WhoHeld />
      <Held />
    </>
  )
}

/** From a token to the certificate that minted it. */
function WhichCertificate() {
  const navigate = page.useNavigate()
  const [pasted, setPasted] = useState('')
  const [wrong, setWrong] = useState(false)
  const [request, setRequest] = useState<string>()
  const ask = () => {
    const number = tokenNumberIn(pasted)
    setWrong(number.kind === 'unknown')
    setRequest(number.kind === 'request' ? number.correlationId : undefined)
    if (number.kind === 'uti') void navigate({ to: '/tokens/issued/$uti', params: { uti: number.uti } })
  }
  return (
    <Card title="Which certificate minted this token?">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          ask()
        }}
      >
        <Field
          label="Token, its uti, or the ID of the request"
          hint="A token is read in this browser; only its number is sent."
          error={wrong ? 'This is neither a token with a uti, nor a uti, nor the ID of a request.' : undefined}
        >
          {(control) => (
            <TextArea {...control} rows={3} value={pasted} onChange={({ target }) => setPasted(target.value)} />
          )}
        </Field>
        <div>
          <Button type="submit">Find the certificate</Button>
        </div>
      </form>
      {request !== undefined && <Requested correlationId={request} />}
    </Card>
  )
}

function Requested({ correlationId }: { correlationId: string }) {
  const query = useQuery(requestedOptions(correlationId))
  return (
    <Loadable state={loadStateOf(query)} lines={2}>
      {({ items }) =>
        items.length === 0 ? (
          <p role="status">The token log has no request with this ID. It keeps requests for 30 days.</p>
        ) : (
          <ul className="stack" aria-label="Requests with this ID">
            {items.map(({ uti, at, audience }) => (
              <li key={uti}>
                <Link to="/tokens/issued/$uti" params={{ uti }}>
                  <ExactTime at={at} /> <Untrusted text={audience} />
                </Link>
              </li>
            ))}
          </ul>
        )
      }
    </Loadable>
  )
}

/** The field's own words, or the moment of the address in the zone that all times are shown in. */
function shown(at: string | undefined): string {
  const instant = at === undefined ? Number.NaN : Date.parse(at)
  return shownInstant(Number.isNaN(instant) ? Date.now() : instant)
}

/** From a moment to the certificates that were accepted then. */
function WhoHeld() {
  const search = page.useSearch()
  const navigate = page.useNavigate()
  const [instance, setInstance] = useState(search.instance ?? '')
  const [identity, setIdentity] = useState(search.identity ?? '')
  const [time, setTime] = useState(shown(search.at))
  const chosen = instantOf(time)
  const ask = () => {
    if (chosen === undefined) return
    const who = { instance: instance.trim() || undefined, identity: identity.trim() || undefined }
    void navigate({ search: { ...who, at: new Date(chosen).toISOString() }, resetScroll: false })
  }
  return (
    <Card title="Who held which certificate?">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          ask()
        }}
      >
        <FieldRow>
          <InstantField label="Held at" value={time} onChange={setTime} />
          <Field label="Instance (optional)">
            {(control) => (
              <TextInput {...control} value={instance} onChange={({ target }) => setInstance(target.value)} />
            )}
          </Field>
          <Field label="Identity (optional)">
            {(control) => (
              <TextInput {...control} value={identity} onChange={({ target }) => setIdentity(target.value)} />
            )}
          </Field>
        </FieldRow>
        <div>
          <Button type="submit" disabledReason={chosen === undefined ? 'Give a date and a time.' : undefined}>
            Show certificates
          </Button>
        </div>
      </form>
    </Card>
  )
}

/** What the address asks for, once it asks. */
function Held() {
  const { instance, identity, at } = page.useSearch()
  const asked = at === undefined ? Number.NaN : Date.parse(at)
  if (Number.isNaN(asked)) return null
  return (
    <Frame>
      <HeldTable question={{ instance, identity, at: asked }} />
    </Frame>
  )
}
