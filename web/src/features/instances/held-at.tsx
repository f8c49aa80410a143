import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { instantOf } from '../../ui/absolute-time.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { InstantField, shownInstant } from '../../ui/instant-field.tsx'

/** Leads from a moment to the certificates of this identity that were accepted then. */
export function HeldAt({ principalId }: { principalId: ObjectId }) {
  const navigate = useNavigate()
  const [time, setTime] = useState(() => shownInstant(Date.now()))
  const at = instantOf(time)
  const ask = () => {
    if (at === undefined) return
    const search = { identity: principalId, at: new Date(at).toISOString() }
    void navigate({ to: '/rotations/evidence', search })
  }
  return (
    <Card title="Held at a moment">
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault()
          ask()
        }}
      >
        <InstantField label="Held at" value={time} onChange={setTime} />
        <Button type="submit" disabledReason={at === undefined ? 'Give a date and a time.' : undefined}>
          Show certificates
        </Button>
      </form>
    </Card>
  )
}
