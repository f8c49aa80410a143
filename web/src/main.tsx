// First: it must run before any schema is made.
import './api/schema-settings.ts'
import './ui/tokens.css'
import './ui/base.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'

const root = document.getElementById('root')
if (root === null) throw new Error('The page has no element called root')
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
