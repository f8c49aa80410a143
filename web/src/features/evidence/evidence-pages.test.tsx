import { afterEach, describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { fakeServer, problem } from '../../api/testing/fake-server.tsx'
import { showPage } from '../../api/testing/show-page.tsx'
import { CertificatesPage } from './certificates-page.tsx'
import { EvidencePage } from './evidence-page.tsx'
import { exampleAt, exampleEvidence, exampleRecord, exampleUti } from './testing/examples.ts'
import { TokenEvidencePage } from './token-evidence-page.tsx'

afterEach(() => vi.restoreAllMocks())

const one = { items: [exampleRecord()], nextCursor: null }

describe('the evidence of a token', () => {
  const path = `/tokens/issued/${exampleUti}`
  const show = async (answer: () => Response) => {
    await page.viewport(1280, 800)
    fakeServer({ [`GET /evidence/tokens/${exampleUti}`]: answer })
    return (await showPage('/tokens/issued/$uti', () => <TokenEvidencePage revoke={(uti) => `Revoke ${uti}`} />, path))
      .screen
  }

  test('shows the certificate that minted it with its whole life, the identity and the signing key', async () => {
    const screen = await show(() => Response.json(exampleEvidence()))
    await expect.element(screen.getByText('Minted with a certificate that was accepted at that moment')).toBeVisible()
    await expect.element(screen.getByRole('link', { name: 'web-01' })).toBeVisible()
    await expect.element(screen.getByText('agent-1, agent 1.4.2')).toBeVisible()
    await expect.element(screen.getByText('CN=Signet Identity CA')).toBeVisible()
    await expect.element(screen.getByRole('link', { name: 'By hand' })).toBeVisible()
    await expect.element(screen.getByText('Superseded')).toBeVisible()
  })

  test('says so when the certificate was not accepted, and when there was none', async () => {
    const screen = await show(() => Response.json(exampleEvidence({ wasAccepted: false })))
    await expect.element(screen.getByText('By the times on record it was not accepted at that moment.')).toBeVisible()
    vi.restoreAllMocks()
    const other = await show(() => Response.json(exampleEvidence({ credential: null, wasAccepted: null })))
    await expect.element(other.getByText('No certificate of Signet’s minted it')).toBeVisible()
  })

  test('says that the token log does not know the number', async () => {
    const screen = await show(() => problem('not_found', 404, 'The token log has no token with this number.'))
    await expect.element(screen.getByText('The token log has no token with this number.')).toBeVisible()
  })
})

describe('the evidence page', () => {
  const show = async (search = '') => {
    await page.viewport(1280, 800)
    const sent = fakeServer({
      'GET /evidence/held': () => Response.json({ ...one, completeFrom: exampleAt - 1 }),
      'GET /evidence/requests/01890000-0000-7000-8000-000000000021': () => Response.json({ items: [] }),
    })
    const { screen } = await showPage('/rotations/evidence', EvidencePage, `/rotations/evidence${search}`)
    return { sent, screen }
  }

  test('shows who held which certificate at the moment of the address, with the rotation that brought it', async () => {
    const { screen, sent } = await show('?instance=web-01&at=2030-11-22T09:00:05.000Z')
    const table = screen.getByRole('table', { name: 'Certificates that were accepted then' })
    await expect.element(table.getByText('web-01').first()).toBeVisible()
    await expect.element(table.getByRole('link', { name: 'By hand' })).toBeVisible()
    const asked = new URLSearchParams(sent.find(({ path }) => path.startsWith('/evidence/held'))?.path.split('?')[1])
    expect([asked.get('instance'), asked.get('at')]).toEqual(['web-01', String(exampleAt + 5_000)])
  })

  test('warns where the moment lies before what is kept', async () => {
    const { screen } = await show('?at=2029-01-01T00:00:00.000Z')
    await expect.element(screen.getByText('That is longer ago than history is kept')).toBeVisible()
  })

  test('refuses what is no token, and sends nothing', async () => {
    const { screen, sent } = await show()
    await screen.getByLabelText('Token, its uti, or the ID of the request').fill('secret words')
    await screen.getByRole('button', { name: 'Find the certificate' }).click()
    await expect.element(screen.getByText(/neither a token with a uti/)).toBeVisible()
    expect(sent).toEqual([])
  })

  test('looks for the requests of an ID', async () => {
    const { screen } = await show()
    await screen.getByLabelText('Token, its uti, or the ID of the request').fill('01890000-0000-7000-8000-000000000021')
    await screen.getByRole('button', { name: 'Find the certificate' }).click()
    await expect.element(screen.getByText(/has no request with this ID/)).toBeVisible()
  })
})

test('the list of certificates shows each, and beside it its whole life', async () => {
  await page.viewport(1440, 900)
  fakeServer({
    'GET /certificates': () => Response.json({ ...one, count: { shown: 1, isCapped: false, all: 1 } }),
    'GET /views': () => Response.json({ items: [] }),
  })
  const { screen } = await showPage(
    '/rotations/certificates',
    CertificatesPage,
    `/rotations/certificates?peek=${exampleRecord().id}`,
  )
  await expect.element(screen.getByRole('table').getByText('web-01').first()).toBeVisible()
  const panel = screen.getByRole('complementary')
  await expect.element(panel.getByText('agent-1, agent 1.4.2')).toBeVisible()
  await expect.element(panel.getByText('Retired', { exact: true })).toBeVisible()
})
