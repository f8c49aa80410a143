import { afterEach, describe, expect, test, vi } from 'vitest'
import { render } from 'vitest-browser-react'
import { fakeServer, problem, WithQueries } from '../../api/testing/fake-server.tsx'
import { Toaster } from '../../ui/toaster.tsx'
import { AuditExport } from './audit-export.tsx'

afterEach(() => vi.restoreAllMocks())

const session = {
  operator: { id: '01890000-0000-4000-8000-000000000001', displayName: 'Ada', role: 'auditor' },
  permissions: ['audit.read'],
  csrfToken: 'c',
  idleExpiresAt: 1,
  absoluteExpiresAt: 1,
  stepUpUntil: 1,
}

const file = () =>
  new Response('id,at\r\n', { headers: { 'content-disposition': 'attachment; filename="audit-2030.csv"' } })

/** Names of the files that the browser was given to save. */
function savedFiles(): string[] {
  const saved: string[] = []
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    saved.push(this.download)
  })
  return saved
}

async function exportAsCsv(answer: () => Response, more: Parameters<typeof fakeServer>[0] = {}) {
  const sent = fakeServer({ 'GET /audit/export': answer, ...more })
  const saved = savedFiles()
  const search = { filter: 'result:refused', from: '2030-01-01T00:00:00.000Z', to: '2030-01-02T00:00:00.000Z' }
  const screen = await render(
    <WithQueries>
      <AuditExport search={search} isReadable />
      <Toaster />
    </WithQueries>,
  )
  await screen.getByRole('button', { name: 'Export' }).click()
  await screen.getByRole('menuitem', { name: /^CSV/ }).click()
  return { sent, saved, screen }
}

describe('the export of the audit log', () => {
  test('saves what filter and time show under the name that the server gave it', async () => {
    const { sent, saved } = await exportAsCsv(file)
    await expect.poll(() => saved).toEqual(['audit-2030.csv'])
    expect(sent[0]?.path).toBe('/audit/export?filter=result%3Arefused&from=1893456000000&to=1893542400000&format=csv')
  })

  test('asks for a fresh code first where the server does, and then goes on by itself', async () => {
    let confirmed = false
    const { saved, screen, sent } = await exportAsCsv(() => (confirmed ? file() : problem('step_up_required', 403)), {
      'POST /session/step-up': ({ body }) => {
        const isRight = JSON.stringify(body).includes('right-code-0123456789')
        confirmed = isRight
        return isRight ? Response.json(session) : problem('code_refused', 401)
      },
    })
    const code = screen.getByLabelText('One-time code')
    await code.fill('wrong-code-0123456789')
    await screen.getByRole('button', { name: 'Confirm' }).click()
    await expect.element(screen.getByText(/The code is wrong/)).toBeVisible()
    expect(saved).toEqual([])
    await code.fill('right-code-0123456789')
    await screen.getByRole('button', { name: 'Confirm' }).click()
    await expect.poll(() => saved).toEqual(['audit-2030.csv'])
    await expect.element(screen.getByText('Confirm that it is you')).not.toBeInTheDocument()
    expect(sent.filter(({ path }) => path.startsWith('/audit/export'))).toHaveLength(2)
  })

  test('that the server refuses saves nothing and says why', async () => {
    const { saved, screen } = await exportAsCsv(() => problem('too_many_requests', 429, '2 exports are under way.'))
    await expect.element(screen.getByText('2 exports are under way.').first()).toBeVisible()
    expect(saved).toEqual([])
  })

  test('that breaks off half-way saves nothing', async () => {
    const broken = () =>
      new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(new TextEncoder().encode('id,at'))
            controller.error(new TypeError('connection lost'))
          },
        }),
      )
    const { saved, screen } = await exportAsCsv(broken)
    await expect.element(screen.getByText(/ended before the whole file was here/).first()).toBeVisible()
    expect(saved).toEqual([])
  })
})
