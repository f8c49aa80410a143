import { useInfiniteQuery } from '@tanstack/react-query'
import { pagedListOf } from '../../api/pages.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { PagedTable } from '../../ui/paged-table.tsx'
import { AddLink } from './access-frame.tsx'
import { type AskedAccess, holdersOptions } from './access-queries.ts'
import { actionWords } from './action-words.ts'
import { byColumns } from './assignment-columns.tsx'
import { scopeWords } from './scope-words.ts'

/** Everybody who may do something somewhere, and by what. */
export function Holders({ asked }: { asked: AskedAccess }) {
  const query = useInfiniteQuery(holdersOptions(asked))
  return (
    <div className="stack">
      <p>
        {actionWords(asked.action)} at {scopeWords(asked.scope)} is allowed by:
      </p>
      <PagedTable
        label="Who can"
        columns={byColumns}
        list={pagedListOf(query)}
        rowId={({ id }) => id}
        nouns={['assignment', 'assignments']}
        empty={
          <EmptyState
            title="Nobody can"
            actions={<AddLink small label="Give a role there" search={{ scope: asked.scope }} />}
          />
        }
      />
    </div>
  )
}
