import { z } from 'zod'

// Without this, every schema is made with a try at compiling code, which the content security policy refuses and
// reports. It must run before any schema is made: main.tsx imports this file first, and the build keeps that order.
z.config({ jitless: true })
