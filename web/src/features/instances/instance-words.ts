import type { InstanceKind } from '@signet/shared/api/resources'
import type { HealthState } from '@signet/shared/vocabulary/credential-states'
import { AppWindow, Box, Monitor, Server, SquareFunction } from 'lucide-react'
import { healthWords, instanceKindWords, wordsOf } from '../../api/words.ts'

export const kinds = {
  vm: { word: instanceKindWords.vm, icon: Monitor },
  app: { word: instanceKindWords.app, icon: AppWindow },
  function: { word: instanceKindWords.function, icon: SquareFunction },
  container: { word: instanceKindWords.container, icon: Box },
  host: { word: instanceKindWords.host, icon: Server },
} as const satisfies Record<InstanceKind, unknown>

const agentWords = { connected: 'Connected', silent: 'Silent', none: 'Not enrolled' } as const

/** Values of the filter, as the columns call them. */
export const instanceFilterWords = {
  state: wordsOf(healthWords),
  kind: wordsOf(kinds),
  agent: agentWords,
}

/** How serious the reason for a state is; most are mere information. */
export const healthTones: Partial<Record<HealthState, 'warn' | 'bad'>> = {
  degraded: 'warn',
  failing: 'bad',
  paused: 'warn',
}
