import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { z } from 'zod'
import { problemOf } from '../../api/api-error.ts'
import { useRefusal, useSession } from '../../api/session.ts'
import { Button, buttonClass } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { ForbiddenPanel } from '../../ui/forbidden-panel.tsx'
import { Field, Select, TextInput } from '../../ui/form.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { ReasonField } from '../../ui/reason-field.tsx'
import { notify } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import styles from './access.module.css'
import { PrincipalField, ScopeField } from './access-fields.tsx'
import { principalIdIn, rolesOptions, useAssign, type WantedAssignment } from './access-queries.ts'
import { AssignmentPreviewCard } from './assignment-preview-card.tsx'
import { scopeWords } from './scope-words.ts'

const page = getRouteApi('/signed-in/access/add')

/** Gives a role: who, which, where, and what that changes before it is done. */
export function AddAssignmentPage() {
  useTitle('Add role assignment', 'Access')
  const may = useSession()?.permissions.includes('roles.write') !== false
  return (
    <>
      <PageHeader
        back={<Link to="/access">Role assignments</Link>}
        title="Add role assignment"
        lead="It counts for the next request, with the tokens that are out already."
      />
      {may ? <AddForm /> : <ForbiddenPanel permission="roles.write" />}
    </>
  )
}

const longestDescription = 500

function AddForm() {
  const search = page.useSearch()
  const change = page.useNavigate()
  const navigate = useNavigate()
  const roles = useQuery(rolesOptions)
  // Typed here and kept in the address, so that it can be handed on; the fields are the truth.
  const [wish, setWish] = useState({
    principal: search.principal ?? '',
    role: search.role ?? '',
    scope: search.scope ?? '',
  })
  const [description, setDescription] = useState('')
  const [reason, setReason] = useState('')
  const [checked, setChecked] = useState(false)
  const assign = useAssign()
  const refusal = useRefusal('roles.write')
  const edit = (next: Partial<typeof wish>) => {
    const all = { ...wish, ...next }
    setWish(all)
    assign.reset()
    const kept = Object.fromEntries(Object.entries(all).filter(([, value]) => value.trim() !== ''))
    void change({ search: kept, replace: true })
  }
  const wanted = wantedOf(wish)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (wanted === undefined || assign.isPending || refusal !== undefined) return
    const words = description.trim()
    assign.mutateAsync({ ...wanted, reason: reason.trim(), ...(words !== '' && { description: words }) }).then(
      (given) => {
        const what = `${visibleText(given.principal.name)} has ${visibleText(given.role.name)}`
        notify('ok', `${what} at ${scopeWords(given.scope)}`)
        void navigate({ to: '/access', search: { principal: given.principal.principalId } })
      },
      () => undefined,
    )
  }
  const missing = (isThere: boolean, words: string) => (checked && !isThere ? words : undefined)
  const choices = roles.data?.items.map(({ id, name, builtIn }) => ({
    value: id,
    label: visibleText(builtIn ? name : `${name} (own role)`),
  }))
  const role = roles.data?.items.find(({ id }) => id === wish.role)
  return (
    <form onSubmit={submit} className="stack" noValidate>
      <div className={styles['steps']}>
        <Card title="1. Who">
          <PrincipalField
            value={wish.principal}
            onChange={(principal) => edit({ principal })}
            error={missing(
              principalIdIn(wish.principal) !== undefined,
              'Pick a principal of the list, or paste its ID.',
            )}
          />
        </Card>
        <Card title="2. Role">
          <Field
            label="Role"
            hint={role === undefined ? undefined : visibleText(role.description)}
            error={missing(role !== undefined, 'Pick a role.')}
          >
            {(control) => (
              <Select
                {...control}
                value={role?.id ?? ''}
                choices={[{ value: '', label: 'Pick a role' }, ...(choices ?? [])]}
                onChange={(next) => edit({ role: next })}
              />
            )}
          </Field>
        </Card>
        <Card title="3. Where">
          <ScopeField
            value={wish.scope}
            hint="It counts there and at everything below. Search by name, or paste a resource ID."
            onChange={(scope) => edit({ scope })}
            error={missing(wish.scope.trim().startsWith('/'), 'Pick a place of the list, or paste a resource ID.')}
          />
        </Card>
      </div>
      <Card title="What changes">
        {wanted === undefined ? (
          <p className="muted">Pick a principal, a role and a place to see what would change.</p>
        ) : (
          <AssignmentPreviewCard wanted={wanted} />
        )}
      </Card>
      <Card title="For the record">
        <div className="stack">
          <Field label="Description (optional)" hint="Stays with the assignment.">
            {(control) => (
              <TextInput
                {...control}
                value={description}
                maxLength={longestDescription}
                onChange={(event) => setDescription(event.target.value)}
              />
            )}
          </Field>
          <ReasonField reason={reason} onChange={setReason} />
        </div>
      </Card>
      {assign.error !== null && <ErrorPanel problem={problemOf(assign.error)} />}
      <div className={styles['submit']}>
        <Link to="/access" className={buttonClass()}>
          Cancel
        </Link>
        <Button type="submit" kind="primary" busy={assign.isPending} disabledReason={refusal}>
          Give the role
        </Button>
      </div>
    </form>
  )
}

function wantedOf(wish: { principal: string; role: string; scope: string }): WantedAssignment | undefined {
  const principalId = principalIdIn(wish.principal)
  const roleId = z.guid().safeParse(wish.role).data
  const scope = wish.scope.trim()
  if (principalId === undefined || roleId === undefined || !scope.startsWith('/')) return undefined
  return { principalId, roleId, scope }
}
