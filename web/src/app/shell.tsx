import type { Session } from '@signet/shared/api/operators'
import { Outlet, useRouter } from '@tanstack/react-router'
import { PanelLeft } from 'lucide-react'
import { type MouseEvent, useEffect, useState } from 'react'
import { version } from '../../package.json' with { type: 'json' }
import { useLiveUpdates } from '../api/live-updates.ts'
import { IconButton } from '../ui/button.tsx'
import { listenToKeys } from '../ui/commands.ts'
import { useLater } from '../ui/later.ts'
import { Nav } from '../ui/nav.tsx'
import { setPreferences, usePreferences } from '../ui/preferences.ts'
import { focusAfterNavigation } from './focus-after-navigation.ts'
import { LiveDot } from './live-dot.tsx'
import { MenuEntries } from './menu.tsx'
import { OfflineBanner } from './offline-banner.tsx'
import { noteRecentPlaces } from './recent-places.ts'
import styles from './shell.module.css'
import { useShellCommands } from './shell-commands.ts'
import { TopBar } from './top-bar.tsx'

type Over = 'palette' | 'shortcuts' | 'menu' | null

/** The frame around every page of a signed-in operator. */
export function Shell({ session }: { session: Session }) {
  useLiveUpdates()
  useEffect(() => listenToKeys(), [])
  const router = useRouter()
  useEffect(() => noteRecentPlaces(router), [router])
  useEffect(() => focusAfterNavigation(router), [router])
  const [over, setOver] = useState<Over>(null)
  const close = () => setOver(null)
  const { rail } = usePreferences()
  const freeze = useLater(() => import('./freeze-banner.tsx'))
  const palette = useLater(() => import('./command-palette.tsx'))
  const drawer = useLater(() => import('../ui/drawer.tsx'))
  const sheet = useLater(() => import('../ui/shortcut-sheet.tsx'))
  useShellCommands({ onPalette: () => setOver('palette'), onShortcuts: () => setOver('shortcuts') })
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a link that is followed by key makes a click too
    // biome-ignore lint/a11y/noStaticElementInteractions: it only listens to the links inside
    <div className={styles['shell']} data-rail={rail} onClick={(event) => followInternally(event, router)}>
      <a href="#main" className={styles['skip']}>
        Skip to content
      </a>
      <TopBar
        session={session}
        onMenu={() => setOver('menu')}
        onSearch={() => setOver('palette')}
        onShortcuts={() => setOver('shortcuts')}
      />
      <div className={styles['rail']}>
        <Rail narrow={rail === 'narrow'} />
      </div>
      <main id="main" tabIndex={-1} className={styles['main']}>
        <OfflineBanner />
        {freeze && <freeze.FreezeBanner />}
        <Outlet />
      </main>
      {drawer && (
        <drawer.Drawer open={over === 'menu'} onClose={close} title="Menu">
          <Nav label="Main menu">
            <MenuEntries whole onFollow={close} />
          </Nav>
        </drawer.Drawer>
      )}
      {palette && <palette.CommandPalette open={over === 'palette'} onClose={close} />}
      {sheet && <sheet.ShortcutSheet open={over === 'shortcuts'} onClose={close} />}
    </div>
  )
}

/** Plain links to pages of the dashboard keep the page; those of the router have seen to it already. */
function followInternally(event: MouseEvent, router: ReturnType<typeof useRouter>): void {
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey
  // By its attributes, because links of drawings have no others.
  const link = event.target instanceof Element ? event.target.closest('a[href]:not([target], [download])') : null
  const href = link?.getAttribute('href') ?? '#'
  if (event.defaultPrevented || !isPlain || href.startsWith('#')) return
  const { origin, pathname, search, hash } = new URL(href, window.location.href)
  if (origin !== window.location.origin || (pathname.startsWith('/api/') && pathname !== '/api/docs')) return
  event.preventDefault()
  void router.navigate({ href: `${pathname}${search}${hash}` })
}

function Rail({ narrow }: { narrow: boolean }) {
  const label = narrow ? 'Widen the menu' : 'Narrow the menu to icons'
  return (
    <Nav
      label="Main"
      narrow={narrow}
      foot={
        <>
          <LiveDot iconOnly />
          {!narrow && <span>Signet {version}</span>}
          <IconButton label={label} onClick={() => setPreferences({ rail: narrow ? 'wide' : 'narrow' })}>
            <PanelLeft size={16} aria-hidden />
          </IconButton>
        </>
      }
    >
      <MenuEntries />
    </Nav>
  )
}
