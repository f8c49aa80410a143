import {
  AppWindow,
  Bell,
  CalendarClock,
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
  Target,
} from 'lucide-react'

/** A screen that the rail, the palette and the key `g` lead to. */
export interface Destination {
  readonly to:
    | '/'
    | '/instances'
    | '/identities'
    | '/applications'
    | '/audiences'
    | '/rotations'
    | '/alerts'
    | '/expiries'
    | '/jobs'
    | '/tokens/test'
    | '/audit'
    | '/settings/keys'
    | '/settings/policies'
  readonly label: string
  readonly icon: LucideIcon
  /** Second key after `g`. */
  readonly key: string
}

/**
 * Every screen of the rail, in its order, for every role: a screen says itself what the role of the person lacks. A new
 * one is one line here, and one route.
 */
export const destinations: readonly Destination[] = [
  { to: '/', label: 'Overview', icon: LayoutDashboard, key: 'o' },
  { to: '/instances', label: 'Instances', icon: Server, key: 'i' },
  { to: '/identities', label: 'Identities', icon: IdCard, key: 'd' },
  { to: '/applications', label: 'Applications', icon: AppWindow, key: 'p' },
  { to: '/audiences', label: 'Audiences', icon: Target, key: 'e' },
  { to: '/rotations', label: 'Rotations', icon: RefreshCw, key: 'r' },
  { to: '/alerts', label: 'Alerts', icon: Bell, key: 'l' },
  { to: '/expiries', label: 'Expiries', icon: Hourglass, key: 'x' },
  { to: '/jobs', label: 'Jobs', icon: ListChecks, key: 'j' },
  { to: '/tokens/test', label: 'Token tester', icon: FlaskConical, key: 't' },
  { to: '/audit', label: 'Audit', icon: ScrollText, key: 'u' },
  { to: '/settings/keys', label: 'Keys', icon: KeyRound, key: 'k' },
  { to: '/settings/policies', label: 'Rotation policies', icon: CalendarClock, key: 'y' },
]
