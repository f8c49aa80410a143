/** One figure of a family. Labels are few and their values come from the program, never from a caller. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

/** A metric: figures of one name, read when somebody scrapes. */
export interface MetricFamily {
  /** Of a counter without `_total`, which its samples get; ends with the unit where there is one. */
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly unit?: 'seconds' | 'bytes' | 'ratio'
  readonly help: string
  readonly read: () => readonly Sample[] | Promise<readonly Sample[]>
}

export const openMetricsType = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

/** Counts since the process began, by the values of one label. */
export class Counter {
  readonly #label: string
  readonly #counts = new Map<string, number>()

  constructor(label: string) {
    this.#label = label
  }

  add(value: string, by = 1): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + by)
  }

  samples(): Sample[] {
    return [...this.#counts].map(([value, count]) => ({ labels: { [this.#label]: value }, value: count }))
  }
}

/** All metrics of a process, as OpenMetrics 1.0 has them in text. */
export class Metrics {
  readonly #families: MetricFamily[] = []
  readonly #onFault: (name: string, error: unknown) => void

  /** @param onFault told of a family that cannot be read: it is left out, so that the others are not lost with it */
  constructor(onFault: (name: string, error: unknown) => void) {
    this.#onFault = onFault
  }

  add(...families: readonly MetricFamily[]): void {
    this.#families.push(...families)
  }

  async text(): Promise<string> {
    const blocks = await Promise.all(this.#families.map((family) => this.#block(family)))
    return `${blocks.join('')}# EOF\n`
  }

  async #block(family: MetricFamily): Promise<string> {
    const { name, type, unit, help, read } = family
    try {
      const suffix = type === 'counter' ? '_total' : ''
      const lines = (await read()).map((sample) => `${name}${suffix}${labelsOf(sample)} ${sample.value}\n`)
      const unitLine = unit === undefined ? '' : `# UNIT ${name} ${unit}\n`
      return `# TYPE ${name} ${type}\n${unitLine}# HELP ${name} ${escaped(help)}\n${lines.join('')}`
    } catch (error) {
      this.#onFault(name, error)
      return ''
    }
  }
}

function labelsOf({ labels }: Sample): string {
  const pairs = Object.entries(labels ?? {}).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}
