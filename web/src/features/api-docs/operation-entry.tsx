import { ChevronRight } from 'lucide-react'
import { CodeBlock } from '../../ui/code-block.tsx'
import styles from './api-docs.module.css'
import { type Operation, type Schema, typeWords } from './document.ts'

/** One operation; it opens to what it takes and what it answers. */
export function OperationEntry(props: { operation: Operation; schemas: Readonly<Record<string, Schema>> }) {
  const { operation, schemas } = props
  return (
    <details className={styles['operation']}>
      <summary>
        <ChevronRight size={14} aria-hidden />
        <span className={styles['method']} data-method={operation.method}>
          {operation.method}
        </span>
        <code className={styles['path']}>{operation.path}</code>
        <span className={styles['summary']}>{operation.summary}</span>
      </summary>
      <div className={styles['body']}>
        <p className="muted">{operation.description.replaceAll('`', '')}</p>
        {operation.parameters.length > 0 && <Parameters operation={operation} />}
        {operation.body !== undefined && (
          <CodeBlock label="body" code={`body: ${spelledOut(operation.body, schemas)}`} />
        )}
        {operation.answers.map(({ status, description, schema }) => (
          <CodeBlock
            key={status}
            label={`answer ${status}`}
            code={`${status === 'default' ? 'otherwise' : status}: ${schema === undefined ? description : spelledOut(schema, schemas)}`}
          />
        ))}
      </div>
    </details>
  )
}

function Parameters({ operation }: { operation: Operation }) {
  return (
    <div className={styles['scroll']}>
      <table className={styles['parameters']} aria-label="Parameters">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">In</th>
            <th scope="col">Type</th>
          </tr>
        </thead>
        <tbody>
          {operation.parameters.map((parameter) => (
            <tr key={`${parameter.in} ${parameter.name}`}>
              <th scope="row">
                <code>{parameter.name}</code>
                {parameter.required ? '' : ' (optional)'}
              </th>
              <td>{parameter.in}</td>
              <td>
                <code>{typeWords(parameter.schema)}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** A schema whose outermost name is replaced by what it stands for. */
function spelledOut(schema: Schema, schemas: Readonly<Record<string, Schema>>): string {
  const name = typeWords(schema)
  const named = schemas[name]
  return named === undefined ? name : `${name} ${typeWords(named)}`
}
