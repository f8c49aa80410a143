import { Copyable } from './copyable.tsx'
import { Fact, Facts } from './facts.tsx'
import { None } from './none.tsx'
import { PathLink } from './path-link.tsx'
import { ExactTime } from './relative-time.tsx'
import { Untrusted } from './untrusted.tsx'

/** A value by what it is; `words` are ours, what was `said` is somebody else's. */
export type FactValue =
  | { readonly kind: 'id'; readonly value: string; readonly label: string }
  | { readonly kind: 'time'; readonly at: number }
  | { readonly kind: 'words'; readonly words: string; readonly path?: string | undefined }
  | { readonly kind: 'said'; readonly text: string }
  | { readonly kind: 'none' }

export interface ListedFact {
  readonly name: string
  readonly value: FactValue
}

/** Facts that were gathered elsewhere, below each other. */
export function FactList({ facts }: { facts: readonly ListedFact[] }) {
  return (
    <Facts>
      {facts.map(({ name, value }) => (
        <Fact key={name} name={name}>
          <Value value={value} />
        </Fact>
      ))}
    </Facts>
  )
}

function Value({ value }: { value: FactValue }) {
  switch (value.kind) {
    case 'id':
      return <Copyable value={value.value} label={value.label} />
    case 'time':
      return <ExactTime at={value.at} precision="millisecond" relative />
    case 'words':
      return value.path === undefined ? value.words : <PathLink path={value.path}>{value.words}</PathLink>
    case 'said':
      return <Untrusted text={value.text} />
    case 'none':
      return <None />
  }
}
