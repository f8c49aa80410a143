/** A count as people read it; one that was not counted to its end says so: `1,000+`. */
export function countWords({ shown, isCapped }: { shown: number; isCapped: boolean }): string {
  return `${shown.toLocaleString('en')}${isCapped ? '+' : ''}`
}
