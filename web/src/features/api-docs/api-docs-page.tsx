import { openapiApi } from '@signet/shared/api/openapi'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { call } from '../../api/client.ts'
import { loadStateOf } from '../../api/load-state.ts'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { TextInput } from '../../ui/form.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { type Operation, operationsOf, type Schema } from './document.ts'
import { OperationEntry } from './operation-entry.tsx'

const read = call(openapiApi.document)
const documentOptions = queryOptions({
  queryKey: ['openapi'],
  queryFn: ({ signal }) => read({}, signal),
  staleTime: Number.POSITIVE_INFINITY,
})

/** Every operation of the admin API, as the server itself describes it. */
export function ApiDocsPage() {
  useTitle('Admin API')
  const query = useQuery(documentOptions)
  const [text, setText] = useState('')
  const wanted = useDeferredValue(text.trim().toLowerCase())
  return (
    <>
      <PageHeader
        title="Admin API"
        lead={
          <>
            What the dashboard and the command line use, and nothing else. The same as an{' '}
            <a href="/api/openapi.json">OpenAPI 3.1 document</a>.
          </>
        }
      />
      <search>
        <TextInput
          aria-label="Filter operations"
          placeholder="Filter operations"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </search>
      <Loadable state={loadStateOf(query)} lines={12}>
        {(document) => <Operations {...operationsOf(document)} wanted={wanted} />}
      </Loadable>
    </>
  )
}

interface OperationsProps {
  operations: readonly Operation[]
  schemas: Readonly<Record<string, Schema>>
  wanted: string
}

function Operations({ operations, schemas, wanted }: OperationsProps) {
  const shown = operations.filter(({ method, path, summary, permission }) =>
    `${method} ${path} ${summary} ${permission ?? ''}`.toLowerCase().includes(wanted),
  )
  if (shown.length === 0) return <EmptyState title={`No operation matches “${wanted}”`} />
  return [...new Set(shown.map(({ heading }) => heading))].map((heading) => (
    <Card key={heading} title={heading}>
      <div>
        {shown
          .filter((each) => each.heading === heading)
          .map((operation) => (
            <OperationEntry key={operation.id} operation={operation} schemas={schemas} />
          ))}
      </div>
    </Card>
  ))
}
