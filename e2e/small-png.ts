import { crc32, deflateSync, inflateSync } from 'node:zlib'

const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10])
const mostColours = 256
/** So many of the commonest stay exactly what they are: all of the surfaces, and most of the shades of shadows. */
const kept = 128

interface Picture {
  readonly width: number
  readonly height: number
  /** Red, green and blue of every pixel, row by row. */
  readonly pixels: Uint8Array
}

/**
 * The same picture with a palette of 256 colours, in a third of the bytes. Interfaces have few colours besides the shades at
 * the edges of letters, which become the nearest one.
 * @param png 8 bits a channel, not interlaced, as browsers make it
 */
export function smallPng(png: Buffer): Buffer {
  const picture = decoded(png)
  const palette = coveringColours(picture.pixels)
  const nearest = new Map<number, number>(palette.map((colour, index) => [colour, index]))
  const { width, height, pixels } = picture
  const rows = Buffer.alloc(height * (width + 1))
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const colour = colourAt(pixels, (y * width + x) * 3)
      let index = nearest.get(colour)
      if (index === undefined) {
        index = nearestOf(palette, colour)
        nearest.set(colour, index)
      }
      rows[y * (width + 1) + 1 + x] = index
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3, 0, 0, 0], 8)
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]))
  const data = deflateSync(rows, { level: 9, memLevel: 9 })
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('PLTE', colours),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function decoded(png: Buffer): Picture {
  const parts: Buffer[] = []
  let [width, height, channels] = [0, 0, 3]
  for (let at = signature.length; at < png.length; ) {
    const length = png.readUInt32BE(at)
    const data = png.subarray(at + 8, at + 8 + length)
    const type = png.toString('latin1', at + 4, at + 8)
    if (type === 'IHDR') {
      ;[width, height] = [data.readUInt32BE(0), data.readUInt32BE(4)]
      if (data[8] !== 8 || (data[9] !== 2 && data[9] !== 6) || data[12] !== 0) throw new Error('another kind of PNG')
      channels = data[9] === 6 ? 4 : 3
    } else if (type === 'IDAT') parts.push(data)
    at += length + 12
  }
  const raw = inflateSync(Buffer.concat(parts))
  return { width, height, pixels: withoutAlpha(unfiltered(raw, { width, height, channels }), channels) }
}

/** Undoes the filters of PNG, §9 of its specification. */
function unfiltered(raw: Buffer, size: { width: number; height: number; channels: number }): Uint8Array {
  const stride = size.width * size.channels
  const out = new Uint8Array(stride * size.height)
  for (let y = 0; y < size.height; y += 1) {
    const filter = raw[y * (stride + 1)] ?? 0
    for (let x = 0; x < stride; x += 1) {
      const left = x < size.channels ? 0 : (out[y * stride + x - size.channels] ?? 0)
      const up = y === 0 ? 0 : (out[(y - 1) * stride + x] ?? 0)
      const upLeft = y === 0 || x < size.channels ? 0 : (out[(y - 1) * stride + x - size.channels] ?? 0)
      out[y * stride + x] = (raw[y * (stride + 1) + 1 + x] ?? 0) + predicted(filter, left, up, upLeft)
    }
  }
  return out
}

function predicted(filter: number, left: number, up: number, upLeft: number): number {
  switch (filter) {
    case 1:
      return left
    case 2:
      return up
    case 3:
      return (left + up) >> 1
    case 4: {
      const guess = left + up - upLeft
      const [byLeft, byUp, byBoth] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - upLeft)]
      if (byLeft <= byUp && byLeft <= byBoth) return left
      return byUp <= byBoth ? up : upLeft
    }
    default:
      return 0
  }
}

function withoutAlpha(pixels: Uint8Array, channels: number): Uint8Array {
  return channels === 3 ? pixels : pixels.filter((_, index) => index % 4 !== 3)
}

function colourAt(pixels: Uint8Array, at: number): number {
  return ((pixels[at] ?? 0) << 16) | ((pixels[at + 1] ?? 0) << 8) | (pixels[at + 2] ?? 0)
}

/** Colours of which one is near each pixel: as near as can be with no more than there may be. */
function coveringColours(pixels: Uint8Array): number[] {
  const counts = new Map<number, number>()
  for (let at = 0; at < pixels.length; at += 3) {
    const colour = colourAt(pixels, at)
    counts.set(colour, (counts.get(colour) ?? 0) + 1)
  }
  // Equally many in the order of their number, so that the same picture gives the same bytes.
  const byCount = [...counts].sort(([a, many], [b, few]) => few - many || a - b).map(([colour]) => colour)
  for (let tolerance = 0; ; tolerance = tolerance * 2 + 16) {
    const palette = covering(byCount, tolerance)
    if (palette !== undefined) return palette
  }
}

function covering(colours: readonly number[], tolerance: number): number[] | undefined {
  const palette: number[] = []
  for (const [rank, colour] of colours.entries()) {
    if (rank >= kept && palette.some((each) => distance(each, colour) <= tolerance)) continue
    if (palette.length === mostColours) return undefined
    palette.push(colour)
  }
  return palette
}

function nearestOf(palette: readonly number[], colour: number): number {
  let [best, least] = [0, Number.POSITIVE_INFINITY]
  for (const [index, each] of palette.entries()) {
    const here = distance(each, colour)
    if (here < least) [best, least] = [index, here]
  }
  return best
}

/** Squared, weighted as eyes see. */
function distance(one: number, other: number): number {
  const red = (one >> 16) - (other >> 16)
  const green = ((one >> 8) & 255) - ((other >> 8) & 255)
  const blue = (one & 255) - (other & 255)
  return 2 * red * red + 4 * green * green + 3 * blue * blue
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const out = Buffer.alloc(body.length + 8)
  out.writeUInt32BE(data.length, 0)
  out.set(body, 4)
  out.writeUInt32BE(crc32(body), body.length + 4)
  return out
}
