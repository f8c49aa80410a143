import { notFound } from '@tanstack/react-router'
import { type ComponentProps, Fragment, type ReactNode } from 'react'
import { Loadable, type LoadState } from './loadable.tsx'
import { PageHeader } from './page-header.tsx'
import { useTitle } from './page-title.ts'
import { Tabs } from './tabs.tsx'

interface TabbedPageProps<T, V extends string> {
  state: LoadState<T>
  idOf: (thing: T) => string
  /** What it is called, in the title of the window. */
  name: string | undefined
  header: (thing: T) => ComponentProps<typeof PageHeader>
  /** Stands between header and tabs. */
  notice?: (thing: T) => ReactNode
  /** What the tabs are parts of; their name for assistive technology. */
  label: string
  /** The first one is shown where the address names none. */
  tabs: readonly { readonly value: V; readonly label: string }[]
  /** As the address has it. */
  tab: string | undefined
  /** Leads to another tab; undefined for the first one. */
  onTab: (tab: V | undefined) => void
  children: (thing: T, tab: V) => ReactNode
}

/** The page of one thing, whose parts are tabs; which one is shown is part of the address. */
export function TabbedPage<T, V extends string>(props: TabbedPageProps<T, V>) {
  const { tabs, tab, idOf, header, children } = props
  const usual = tabs[0]
  const shown = tabs.find(({ value }) => value === (tab ?? usual?.value))
  useTitle(props.name, shown === usual ? undefined : shown?.label)
  if (shown === undefined) throw notFound()
  return (
    <Loadable state={props.state}>
      {(thing) => (
        // What was asked, made or pasted for one must never stand on the page of another.
        <Fragment key={idOf(thing)}>
          <PageHeader {...header(thing)} />
          {props.notice?.(thing)}
          <Tabs
            label={props.label}
            tabs={tabs}
            value={shown.value}
            onChange={(next) => props.onTab(next === usual?.value ? undefined : next)}
          >
            {children(thing, shown.value)}
          </Tabs>
        </Fragment>
      )}
    </Loadable>
  )
}
