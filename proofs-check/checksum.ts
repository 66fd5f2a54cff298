/**
 * FNV-1a over UTF-16 units, 32 bits. Every step is a bijection of the state, so a text in which one unit was changed
 * has another one.
 */
export function hash32(text: string, start: number = 0x811c9dc5): number {
  let state = start
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193)
  return state >>> 0
}

/** Sixteen hexadecimal digits, forwards and backwards over the text: against accidents, not against forgers. */
export function checksum(text: string): string {
  let back = 0x2545f491
  for (let i = text.length - 1; i >= 0; i--) back = Math.imul(back ^ text.charCodeAt(i), 0x01000193)
  return [hash32(text), back >>> 0].map((lane) => lane.toString(16).padStart(8, '0')).join('')
}
