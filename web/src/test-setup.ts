import 'vitest-browser-react'
import './ui/tokens.css'
import './ui/base.css'
