import type { Page } from '@playwright/test'

/** A heading of that name. */
export const named = (level: string) => (page: Page) => page.getByRole('heading', { name: level, exact: true })
/** The first row of the page's list. */
export const row = (page: Page) => page.getByRole('table').locator('tbody [role=row]').first()
export const text = (words: string | RegExp) => (page: Page) => page.getByText(words).first()
/** Presses the first button of that name. */
export const press = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).first().click()
export const openTab = (name: string) => (page: Page) => page.getByRole('tab', { name, selected: true })
