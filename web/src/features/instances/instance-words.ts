import type { InstanceKind } from '@signet/shared/api/resources'
import type { HealthState } from '@signet/shared/vocabulary/credential-states'
import { AppWindow, Box, Monitor, Server, SquareFunction } from 'lucide-react'

export const kinds = {
  vm: { word: 'Virtual machine', icon: Monitor },
  app: { word: 'App', icon: AppWindow },
  function: { word: 'Function', icon: SquareFunction },
  container: { word: 'Container', icon: Box },
  host: { word: 'Host', icon: Server },
} as const satisfies Record<InstanceKind, unknown>

/** How serious the reason for a state is; most are mere information. */
export const healthTones: Partial<Record<HealthState, 'warn' | 'bad'>> = {
  degraded: 'warn',
  failing: 'bad',
  paused: 'warn',
}

/** An audience without what every audience has in common. */
export function shortAudience(audience: string): string {
  return audience.replace(/^https?:\/\//, '').replace(/\/+(\.default)?$/, '')
}
