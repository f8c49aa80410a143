import { Lock } from 'lucide-react'
import { CodeBlock } from './code-block.tsx'
import { EmptyState } from './empty-state.tsx'

/** Stands where something would be that the role of the signed-in person does not show, with the words to ask for it. */
export function ForbiddenPanel({ permission }: { permission: string }) {
  const { origin, pathname } = window.location
  const request = `Please give me a role in Signet that has the permission ${permission}. I need it for ${origin}${pathname}`
  return (
    <EmptyState icon={<Lock size={20} aria-hidden />} title="Your role does not allow this">
      <p>
        This needs the permission <code>{permission}</code>. Anybody with the role Admin can give you a role that has
        it.
      </p>
      <CodeBlock label="request to an Admin" code={request} />
    </EmptyState>
  )
}
