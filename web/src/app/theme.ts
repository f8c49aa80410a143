import { useState } from 'react'

export type Theme = 'system' | 'light' | 'dark'

const key = 'signet.theme'

export function storedTheme(): Theme {
  const stored = localStorage.getItem(key)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

/** Puts a theme in force; the colours follow by `color-scheme`. */
export function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(storedTheme)
  const change = (next: Theme) => {
    localStorage.setItem(key, next)
    applyTheme(next)
    setTheme(next)
  }
  return [theme, change]
}
