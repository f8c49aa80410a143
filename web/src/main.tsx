import './ui/tokens.css'
import './ui/base.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { z } from 'zod'
import { App } from './app/app.tsx'
import { applyTheme, storedTheme } from './app/theme.ts'

// Zod would otherwise try to compile its checks, which the content security policy refuses and reports.
z.config({ jitless: true })

applyTheme(storedTheme())

const root = document.getElementById('root')
if (root === null) throw new Error('The page has no element called root')
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
