import {
  AppWindow,
  Bell,
  CalendarClock,
  ChartColumn,
  FlaskConical,
  Hourglass,
  IdCard,
  KeyRound,
  LayoutDashboard,
  ListChecks,
  type LucideIcon,
  RefreshCw,
  ScrollText,
  Server,
  Settings,
  ShieldCheck,
  Target,
  Vault,
  Webhook,
} from 'lucide-react'

/** A screen that the rail, the palette and the key `g` lead to. */
export interface Destination {
  readonly to:
    | '/'
    | '/instances'
    | '/identities'
    | '/applications'
    | '/rotations'
    | '/access'
    | '/vaults'
    | '/usage'
    | '/alerts'
    | '/jobs'
    | '/tokens/test'
    | '/audit'
    | '/settings'
    | '/settings/policies'
    | '/settings/keys'
    | '/expiries'
    | '/audiences'
    | '/settings/webhooks'
  readonly label: string
  readonly icon: LucideIcon
  /** Second key after `g`. */
  readonly key: string
}

/**
 * What somebody works with, in the order of the rail, for every role: a screen says itself what the role of the person
 * lacks. A new one is one line here, and one route.
 */
export const workplaces: readonly Destination[] = [
  { to: '/', label: 'Overview', icon: LayoutDashboard, key: 'o' },
  { to: '/instances', label: 'Instances', icon: Server, key: 'i' },
  { to: '/identities', label: 'Identities', icon: IdCard, key: 'd' },
  { to: '/applications', label: 'Applications', icon: AppWindow, key: 'p' },
  { to: '/rotations', label: 'Rotations', icon: RefreshCw, key: 'r' },
  { to: '/access', label: 'Access', icon: ShieldCheck, key: 'a' },
  { to: '/vaults', label: 'Vaults', icon: Vault, key: 'v' },
  { to: '/usage', label: 'Usage', icon: ChartColumn, key: 'n' },
  { to: '/alerts', label: 'Alerts', icon: Bell, key: 'l' },
  { to: '/jobs', label: 'Jobs', icon: ListChecks, key: 'j' },
  { to: '/tokens/test', label: 'Token tester', icon: FlaskConical, key: 't' },
  { to: '/audit', label: 'Audit', icon: ScrollText, key: 'u' },
]

/** What leads to the settings, after the workplaces. */
export const settingsHome: Destination = { to: '/settings', label: 'Settings', icon: Settings, key: 's' }

/** What is set once and looked at now and then: below the settings, where the rail shows it while one is there. */
export const settings: readonly Destination[] = [
  { to: '/settings/policies', label: 'Rotation policies', icon: CalendarClock, key: 'y' },
  { to: '/settings/keys', label: 'Keys', icon: KeyRound, key: 'k' },
  { to: '/expiries', label: 'Expiries', icon: Hourglass, key: 'x' },
  { to: '/audiences', label: 'Audiences', icon: Target, key: 'e' },
  { to: '/settings/webhooks', label: 'Webhooks', icon: Webhook, key: 'w' },
]

export const destinations: readonly Destination[] = [...workplaces, settingsHome, ...settings]

/** Whether a path is that of the settings or of a screen below them. */
export function isOfSettings(path: string): boolean {
  return [settingsHome, ...settings].some(({ to }) => path === to || path.startsWith(`${to}/`))
}
