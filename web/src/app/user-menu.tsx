import { operatorsApi, type Session } from '@signet/shared/api/operators'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { CircleUserRound, LogOut, MonitorSmartphone } from 'lucide-react'
import { problemOf } from '../api/api-error.ts'
import { call, rememberCsrfToken } from '../api/client.ts'
import { roleWords, sessionKey, signOutKey } from '../api/session.ts'
import { Button } from '../ui/button.tsx'
import { Menu, MenuChoices, MenuItem, MenuLine, MenuText } from '../ui/menu.tsx'
import { rememberPreferences, setPreferences, usePreferences } from '../ui/preferences.ts'
import { notify } from '../ui/toaster.tsx'
import { visibleText } from '../ui/visible-text.ts'
import styles from './top-bar.module.css'

const densities = [
  { value: 'compact', label: 'Compact' },
  { value: 'default', label: 'Default' },
  { value: 'comfortable', label: 'Comfortable' },
] as const
const shortcutChoices = [
  { value: 'on', label: 'On' },
  { value: 'off', label: 'Off' },
] as const
const themes = [
  { value: 'system', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
] as const

export function UserMenu({ session }: { session: Session }) {
  const { theme, density, shortcuts } = usePreferences()
  const signOut = useSignOut()
  const router = useRouter()
  const name = visibleText(session.operator.displayName)
  return (
    <Menu
      trigger={
        <Button
          kind="quiet"
          small
          className={styles['user']}
          aria-label={name}
          icon={<CircleUserRound size={16} aria-hidden />}
        >
          <span>{name}</span>
        </Button>
      }
    >
      <MenuText>
        <strong>{name}</strong>
        {roleWords[session.operator.role]}
      </MenuText>
      <MenuLine />
      <MenuChoices label="Theme" value={theme} choices={themes} onChange={(next) => setPreferences({ theme: next })} />
      <MenuChoices
        label="Density"
        value={density}
        choices={densities}
        onChange={(next) => setPreferences({ density: next })}
      />
      <MenuChoices
        label="Single-letter shortcuts"
        value={shortcuts ? 'on' : 'off'}
        choices={shortcutChoices}
        onChange={(next) => setPreferences({ shortcuts: next === 'on' })}
      />
      <MenuLine />
      <MenuItem onSelect={() => void router.navigate({ to: '/sessions' })}>
        <MonitorSmartphone size={14} aria-hidden />
        Your sign-ins
      </MenuItem>
      <MenuItem onSelect={signOut}>
        <LogOut size={14} aria-hidden />
        Sign out
      </MenuItem>
    </Menu>
  )
}

function useSignOut(): () => void {
  const client = useQueryClient()
  const router = useRouter()
  const { mutate } = useMutation({
    mutationKey: signOutKey,
    mutationFn: () => call(operatorsApi.signOut)(),
    onSuccess: async () => {
      rememberCsrfToken(undefined)
      rememberPreferences()
      client.setQueryData(sessionKey, null)
      await router.navigate({ to: '/sign-in', search: {} })
      // Nothing of what the operator saw stays in memory.
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionKey[0] })
    },
    onError: (error) => notify('bad', 'Signing out did not work', problemOf(error).detail),
  })
  return () => mutate()
}
