// Loaded before the modules: Zod would otherwise try to compile its checks with `new Function` as soon as the first
// schema is made, which the content security policy refuses and reports.
globalThis.__zod_globalConfig = { jitless: true }
