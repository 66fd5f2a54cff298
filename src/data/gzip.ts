import { joined } from './bytes.ts'

/** Whether bytes begin like gzip. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b
}

/**
 * The bytes inside gzip or bare deflate, at most `limit` of them. Errors: RangeError for data that are
 * damaged, cut off, or longer than the limit, which stops reading there.
 */
export async function inflated(
  op: string,
  bytes: Uint8Array,
  format: 'gzip' | 'deflate-raw',
  limit: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let total = 0
  try {
    const source = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream()
    const reader = source.pipeThrough(new DecompressionStream(format)).getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      total += value.length
      if (total > limit) {
        await reader.cancel()
        break
      }
      chunks.push(value)
    }
  } catch (cause) {
    throw new RangeError(`${op}: expected whole ${format} data, got damaged ones`, { cause })
  }
  if (total > limit) throw new RangeError(`${op}: expected at most ${limit} bytes inside ${format}, got more`)
  return joined(chunks)
}

/** Files larger than this once unpacked are not read. */
export const largest = 4294967296

/** The bytes themselves, or those inside of gzip. */
export async function unpacked(op: string, bytes: Uint8Array): Promise<Uint8Array> {
  return isGzip(bytes) ? inflated(op, bytes, 'gzip', largest) : bytes
}
