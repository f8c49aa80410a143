import { CodeBlock } from '../../ui/code-block.tsx'
import { CopyButton } from '../../ui/copyable.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { shellPath } from './code-samples.ts'

/** Where the agent answers in one dialect, and the file that leads a shell there. */
interface Served<D extends string> {
  readonly dialect: D
  readonly url: string
  readonly environmentFile: string
}

interface DialectLinesProps<D extends string> {
  served: readonly Served<D>[]
  /** What people call the dialects. */
  names: Readonly<Record<D, string>>
}

/** The line of every dialect that the agent serves, and one button that copies them all. */
export function DialectLines<D extends string>({ served, names }: DialectLinesProps<D>) {
  return (
    <>
      <h3 className="row">
        Every dialect
        <CopyButton value={allLines(served, names)} label="lines of every dialect" text="Copy all" />
      </h3>
      <p className="muted">Each sets the variables of one kind of client. In one shell the last that was run counts.</p>
      {served.map((each) => (
        <div key={each.dialect}>
          <p>
            {names[each.dialect]} <code className="muted">{visibleText(each.url)}</code>
          </p>
          <CodeBlock code={lineOf(each)} label={`shell line for ${names[each.dialect]}`} />
        </div>
      ))}
    </>
  )
}

function lineOf({ environmentFile }: Pick<Served<string>, 'environmentFile'>): string {
  return `. ${shellPath(environmentFile)}`
}

/**
 * All of them as text to paste: the first takes effect, the others wait behind a `#`. What an agent says of itself is kept from
 * ending a comment, and with it from running anything.
 */
export function allLines<D extends string>(served: readonly Served<D>[], names: Readonly<Record<D, string>>): string {
  return served
    .map((each, index) => {
      const line = lineOf(each)
      return `# ${names[each.dialect]}: ${visibleText(each.url)}\n${index === 0 ? line : `# ${visibleText(line)}`}\n`
    })
    .join('\n')
}
