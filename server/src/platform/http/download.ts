import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Download } from '@signet/shared/api/contract'

/** Streams a file as it is made; a reader that goes away ends it. The name is the server's own (SEC-26). */
export async function sendDownload(
  response: ServerResponse,
  { fileName, contentType, chunks, ended }: Download,
): Promise<void> {
  response.statusCode = 200
  response.setHeader('Content-Type', contentType)
  response.setHeader('Content-Disposition', `attachment; filename="${fileName.replaceAll(/[^\w.-]/g, '_')}"`)
  response.setHeader('X-Content-Type-Options', 'nosniff')
  response.setHeader('Cache-Control', 'no-store')
  try {
    await pipeline(Readable.from(chunks), response)
  } catch (error) {
    if (!isReaderGone(error)) throw error
  } finally {
    ended?.()
  }
}

function isReaderGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
}
