import type { TokenTest } from '@signet/shared/api/token-tests'
import { Link } from '@tanstack/react-router'
import { ArrowRight } from 'lucide-react'
import { useRefusal } from '../../api/session.ts'
import { Button, buttonClass } from '../../ui/button.tsx'

/** Leads to the instance of a test. */
export function ToInstance({ test, label, tab }: { test: TokenTest; label: string; tab: 'agent' }) {
  const refusal = useRefusal('instances.read')
  if (refusal !== undefined) return <Button disabledReason={refusal}>{label}</Button>
  return (
    <Link
      to="/instances/$instanceId/{-$tab}"
      params={{ instanceId: test.instance.id, tab }}
      className={buttonClass('primary')}
    >
      {label}
      <ArrowRight size={14} aria-hidden />
    </Link>
  )
}
