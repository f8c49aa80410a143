import { applicationsApi } from '@signet/shared/api/applications'
import { resolveApi } from '@signet/shared/api/resolve'
import { resourcesApi } from '@signet/shared/api/resources'
import { userIdentitiesApi } from '@signet/shared/api/user-identities'
import { bareText } from '@signet/shared/query/query-text'
import { AuditAction, auditActions } from '@signet/shared/vocabulary/audit-events'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { Clock, Fingerprint, IdCard, ScrollText, Zap } from 'lucide-react'
import { useEffect, useState } from 'react'
import { call } from '../api/client.ts'
import type { QueryRoot } from '../api/query-roots.ts'
import { kindWords, shortestLookup } from '../api/resolved.ts'
import { useSession } from '../api/session.ts'
import { principalKindWords } from '../api/words.ts'
import { kinds } from '../features/instances/instance-words.ts'
import { type Command, useCommands } from '../ui/commands.ts'
import { Palette, type PaletteGroup, type PaletteItem } from '../ui/palette.tsx'
import { useSettled } from '../ui/settled.ts'
import { visibleText } from '../ui/visible-text.ts'
import { destinations } from './destinations.ts'
import { recentPlaces } from './recent-places.ts'

const iconSize = 16
const mostOfKind = 6
const searchInstances = call(resourcesApi.list)
const searchIdentities = call(userIdentitiesApi.list)
const searchApplications = call(applicationsApi.list)
const resolve = call(resolveApi.anything)

/** The palette of the dashboard: screens, instances, acts of this page, identifiers of any kind. */
export function CommandPalette({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [text, setText] = useState('')
  // Each opening starts anew.
  useEffect(() => {
    if (!open) setText('')
  }, [open])
  const { groups, busy } = useGroups(open ? text : '')
  return (
    <Palette
      open={open}
      onClose={onClose}
      text={text}
      onText={setText}
      groups={groups}
      busy={busy}
      placeholder="Search or jump to…"
    />
  )
}

function useGroups(text: string): { groups: PaletteGroup[]; busy: boolean } {
  const prefix = /^[>#]/.exec(text)?.[0]
  const words = text.slice(prefix === undefined ? 0 : 1).trim()
  const router = useRouter()
  const go = (href: string) => () => void router.navigate({ href })
  const actions = useActions(words)
  const found = useFound(prefix === undefined ? words : '', go)
  if (prefix === '>') return { groups: filled([{ value: 'Actions on this page', items: actions }]), busy: false }
  if (prefix === '#') return { groups: filled([{ value: 'Audit', items: auditItems(words, go) }]), busy: false }
  const recent = recentPlaces()
    .filter(({ title }) => fits(title, words))
    .map(({ path, title }) => ({
      id: `recent ${path}`,
      label: visibleText(title),
      hint: visibleText(path),
      icon: <Clock size={iconSize} aria-hidden />,
      run: go(path),
    }))
  const groups = [
    { value: 'Found by ID', items: found.byId },
    { value: 'Instances', items: found.instances },
    { value: 'Identities', items: found.principals },
    { value: 'Go to', items: screenItems(words, go) },
    { value: 'Actions on this page', items: actions },
    { value: 'Recent', items: recent },
  ]
  return { groups: filled(groups), busy: found.busy }
}

function filled(groups: readonly PaletteGroup[]): PaletteGroup[] {
  return groups.filter(({ items }) => items.length > 0)
}

function screenItems(words: string, go: (href: string) => () => void): PaletteItem[] {
  return destinations
    .filter(({ label }) => fits(label, words))
    .map(({ to, label, icon: Icon, key }) => ({
      id: to,
      label,
      icon: <Icon size={iconSize} aria-hidden />,
      keys: `g ${key}`,
      run: go(to),
    }))
}

function useActions(words: string): PaletteItem[] {
  return useCommands()
    .filter((command) => command.inPalette === true && fits(command.label, words))
    .flatMap(({ id, label, keys, refusal, run }: Command) =>
      run === undefined
        ? []
        : [{ id: `action ${id}`, label, icon: <Zap size={iconSize} aria-hidden />, keys, refusal, run }],
    )
}

/** What the server finds: instances and principals by name, and whatever the text is an identifier of. */
function useFound(words: string, go: (href: string) => () => void) {
  const asked = useSettled(words)
  const instances = useNamed('instances', asked, (query, signal) => searchInstances({ query }, signal))
  const identities = useNamed('identities', asked, (query, signal) => searchIdentities({ query }, signal))
  const applications = useNamed('applications', asked, (query, signal) => searchApplications({ query }, signal))
  const byId = useQuery({
    queryKey: ['resolve', asked],
    queryFn: ({ signal }) => resolve({ params: { anything: asked } }, signal),
    enabled: asked.length >= shortestLookup,
    placeholderData: keepPreviousData,
  })
  const isEmpty = words === ''
  const named = isEmpty ? [] : (instances.data?.items ?? [])
  const principals = [
    ...(isEmpty ? [] : (identities.data?.items ?? [])).map((each) => ({ ...each, kind: 'user' as const })),
    ...(isEmpty ? [] : (applications.data?.items ?? [])).map((each) => ({ ...each, kind: 'app' as const })),
  ]
  const isNamed = (id: string) =>
    named.some((each) => each.id === id) || principals.some(({ principalId }) => principalId === id)
  return {
    busy: words !== asked || [instances, identities, applications, byId].some(({ isFetching }) => isFetching),
    instances: named.map(({ id, name, kind }) => {
      const { word, icon: Icon } = kinds[kind]
      return {
        id: `instance ${id}`,
        label: visibleText(name),
        hint: word,
        icon: <Icon size={iconSize} aria-hidden />,
        run: go(`/instances/${id}`),
      }
    }),
    principals: principals.map(({ principalId, name, kind }) => ({
      id: `principal ${principalId}`,
      label: visibleText(name),
      hint: principalKindWords[kind],
      icon: <IdCard size={iconSize} aria-hidden />,
      run: go(`/${kind === 'user' ? 'identities' : 'applications'}/${principalId}`),
    })),
    byId: (isEmpty || asked.length < shortestLookup ? [] : (byId.data?.items ?? []))
      .filter(({ id }) => !isNamed(id))
      .map(({ kind, id, label, path }) => ({
        id: `${kind} ${id} ${path}`,
        label: visibleText(label),
        hint: kindWords[kind],
        icon: <Fingerprint size={iconSize} aria-hidden />,
        run: go(path),
      })),
  }
}

type NamedQuery = { filter: string; limit: number }

/** The first few of a kind that the text is a name or an ID of. */
function useNamed<T>(root: QueryRoot, asked: string, read: (query: NamedQuery, signal: AbortSignal) => Promise<T>) {
  const mayRead = useSession()?.permissions.includes('instances.read') === true
  return useQuery({
    queryKey: [root, 'palette', asked],
    queryFn: ({ signal }) => read({ filter: bareText(asked), limit: mostOfKind }, signal),
    enabled: mayRead && asked !== '' && asked.length <= 100,
    placeholderData: keepPreviousData,
  })
}

function auditItems(words: string, go: (href: string) => () => void): PaletteItem[] {
  const icon = <ScrollText size={iconSize} aria-hidden />
  const all = { id: 'audit', label: 'All events', icon, run: go('/audit?range=all') }
  const byAction = AuditAction.options
    .filter((action) => fits(`${auditActions[action]} ${action}`, words))
    .map((action) => ({
      id: action,
      label: auditActions[action],
      hint: action,
      icon,
      run: go(`/audit?filter=action:${action}&range=all`),
    }))
  return words === '' ? [all, ...byAction] : byAction
}

/** Every word that was typed is somewhere in the text. */
function fits(text: string, words: string): boolean {
  const searched = text.toLowerCase()
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => searched.includes(word))
}
