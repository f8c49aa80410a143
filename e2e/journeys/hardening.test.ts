import { readdirSync, statSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { Stack } from '../stack.ts'

let stack: Stack
test.beforeEach(async () => {
  stack = await Stack.open()
})
test.afterEach(() => stack.close())

const debuggerPort = 9229

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

test('SEC-175: SIGUSR1 opens no port in any process, and all of them go on', async () => {
  await stack.start()
  const processes = await stack.processes('start')
  expect(processes.size).toBe(3)
  for (const [pid, line] of processes) {
    expect(line).toContain('--disable-sigusr1 --disable-proto=delete')
    if (!line.endsWith(' serve')) expect(line).toContain('--disallow-code-generation-from-strings')
    process.kill(pid, 'SIGUSR1')
  }
  expect(await stack.json<unknown[]>('instance', 'list')).toHaveLength(1)
  expect(await answers(debuggerPort)).toBe(false)
  expect([...(await stack.processes('start')).keys()].sort()).toEqual([...processes.keys()].sort())
})

test('SEC-175: the server alone has the flags however it was started, and refuses a debugger', async () => {
  await stack.spawn('serve', /"ready"/)
  const [line] = (await stack.processes('serve')).values()
  expect(line).toContain('--disable-sigusr1 --disable-proto=delete')
  await stack.stop('serve')
  stack.environment['NODE_OPTIONS'] = '--inspect=127.0.0.1:0'
  await expect(stack.spawn('serve', /"ready"/)).rejects.toThrow(/without --inspect/)
})

test('SEC-176: nothing that is written opens to anybody but its owner', async () => {
  await stack.start()
  const open = readdirSync(stack.folder, { recursive: true, encoding: 'utf8' }).filter(
    (path) => (statSync(join(stack.folder, path)).mode & 0o077) !== 0,
  )
  expect(open).toEqual([])
})
