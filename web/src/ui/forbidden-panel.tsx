import { Lock } from 'lucide-react'
import { EmptyState } from './empty-state.tsx'

/** Stands where something would be that the role of the signed-in person does not show. */
export function ForbiddenPanel({ permission }: { permission: string }) {
  return (
    <EmptyState icon={<Lock size={20} aria-hidden />} title="Your role does not allow this">
      <p>
        This needs the permission <code>{permission}</code>. Somebody with the role Admin can give you a role that has
        it.
      </p>
    </EmptyState>
  )
}
