import { useLocation } from '@tanstack/react-router'
import { NavItem } from '../ui/nav.tsx'
import { type Destination, isOfSettings, settings, settingsHome, workplaces } from './destinations.ts'

interface MenuEntriesProps {
  /** Shows what is below the settings wherever one is. */
  whole?: boolean
  onFollow?: () => void
}

/** The entries of the main menu. */
export function MenuEntries({ whole = false, onFollow }: MenuEntriesProps) {
  const isThere = useLocation({ select: ({ pathname }) => isOfSettings(pathname) })
  const entry = (place: Destination) => <Entry key={place.to} place={place} onFollow={onFollow} />
  return (
    <>
      {workplaces.map(entry)}
      <Entry place={settingsHome} exact onFollow={onFollow}>
        {(whole || isThere) && <ul aria-label="Settings">{settings.map(entry)}</ul>}
      </Entry>
    </>
  )
}

interface EntryProps {
  place: Destination
  exact?: boolean
  onFollow: (() => void) | undefined
  children?: React.ReactNode
}

function Entry({ place: { to, label, icon: Icon }, exact = false, onFollow, children }: EntryProps) {
  return (
    <NavItem
      to={to}
      exact={exact}
      icon={<Icon size={16} aria-hidden />}
      label={label}
      {...(onFollow === undefined ? {} : { onFollow })}
    >
      {children}
    </NavItem>
  )
}
