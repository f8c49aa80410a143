// Runs before the first paint, so that no page flashes in another theme or density. The dashboard itself, which reads and
// writes the same entry, is web/src/ui/preferences.ts.
try {
  const { theme, density } = JSON.parse(localStorage.getItem('signet.preferences') ?? '{}')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
  if (density === 'compact' || density === 'comfortable') document.documentElement.dataset.density = density
} catch {
  // A browser that keeps nothing, or an entry that somebody broke: the defaults hold.
}
