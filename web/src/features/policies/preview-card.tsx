import type { PolicyPreview } from '@signet/shared/api/rotation-policies'
import { useState } from 'react'
import { absoluteTime } from '../../ui/absolute-time.ts'
import { Card } from '../../ui/card.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Histogram } from '../../ui/histogram.tsx'
import { Notice } from '../../ui/notice.tsx'
import { ExactTime } from '../../ui/relative-time.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import styles from './policies.module.css'

const dateOf = (day: number) => new Date(day).toISOString().slice(0, 10)
const weekday = new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'UTC' })
const certificates = (count: number) => `${count} ${count === 1 ? 'certificate' : 'certificates'}`

/** The day on which the most rolls, in a sentence. */
export function busiestWords({ days }: Pick<PolicyPreview, 'days'>): string {
  const [first, ...rest] = days
  if (first === undefined) return ''
  const most = rest.reduce((best, day) => (day.after > best.after ? day : best), first)
  if (most.after === 0) return 'Nothing rolls within 30 days.'
  return `This policy rotates ${certificates(most.after)} on ${weekday.format(most.day)}, ${dateOf(most.day)} (UTC), its busiest day.`
}

/** What saving would do. */
export function PreviewCard({ preview }: { preview: PolicyPreview }) {
  const [picked, setPicked] = useState<number>()
  const { days, next, open, overridden, atOnce, limited } = preview
  const ends = [dateOf(days[0]?.day ?? 0), dateOf(days.at(-1)?.day ?? 0)] as const
  const day = picked === undefined ? undefined : days[picked]
  return (
    <Card title="What saving would do">
      <div className={styles['form']} role="status">
        <p>{busiestWords(preview)}</p>
        <Facts>
          <Fact name="Certificates it rules">{preview.certificates}</Fact>
          <Fact name="Roll at another time than now">{preview.changed}</Fact>
          <Fact name="Roll at once">{atOnce}</Fact>
          {limited !== null && <Fact name="Begin on a later day than they are due">{limited.postponed}</Fact>}
        </Facts>
        {limited !== null && limited.left > 0 && (
          <Notice tone="warn">
            <p>
              The limit of a day is too low: {certificates(limited.left)} still wait after 30 days. What waits until 5 %
              of its life are left rolls in spite of the limit.
            </p>
          </Notice>
        )}
        {overridden > 0 && (
          <Notice tone="warn">
            <p>
              No window opens in time for {certificates(overridden)}: they roll when 5 % of their life are left,
              whatever the windows say.
            </p>
          </Notice>
        )}
        {(['before', 'after'] as const).map((side) => (
          <Histogram
            key={side}
            label={side === 'before' ? 'Rotations by day as it is' : 'Rotations by day after saving'}
            ends={ends}
            bars={days.map((each) => ({
              key: String(each.day),
              name: `${each[side]} on ${dateOf(each.day)} (UTC)`,
              parts: [{ tone: 'accent', value: each[side] }],
            }))}
            onPick={setPicked}
          />
        ))}
        {day !== undefined && (
          <p>
            On {dateOf(day.day)} (UTC): {day.before} as it is, {day.after} after saving.
          </p>
        )}
        {next.length > 0 && (
          <section>
            <h3>Next rotations</h3>
            <ul aria-label="Next rotations">
              {next.map(({ principalId, name, at }) => (
                <li key={`${principalId} ${at}`}>
                  <ExactTime at={at} /> <Untrusted text={name} />
                </li>
              ))}
            </ul>
          </section>
        )}
        {open.length > 0 && (
          <section>
            <h3>Next open times</h3>
            <ul aria-label="Next open times">
              {open.map(({ from, until }) => (
                <li key={from}>
                  From {absoluteTime(from)} to {absoluteTime(until)}
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </Card>
  )
}
