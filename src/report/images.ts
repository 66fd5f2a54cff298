import type { ReadonlyData } from '../array/index.ts'
import { html, type Html } from './html.ts'

/** One image: channels first, 1 or 3 of them, in [0, 1]; or any values with `signed`, where 0 is grey. */
export interface Picture {
  readonly shape: readonly number[]
  readonly values: ReadonlyData
  readonly caption: string
  /** The value shown at full strength; 0.5 ± half of it. */
  readonly signed?: number
}

/** Whether samples of this shape can be shown. */
export function isImage(shape: readonly number[]): boolean {
  return shape.length === 3 && (shape[0] === 1 || shape[0] === 3)
}

/** Images side by side, with their captions. */
export function gallery(pictures: readonly Picture[]): Html {
  return html`<div class="gallery">
    ${pictures.map(
      (picture) =>
        html`<figure class="picture">
          <img alt="${picture.caption}" src="${bitmap(picture)}" width="84" height="84" />
          <figcaption>${picture.caption}</figcaption>
        </figure>`,
    )}
  </div>`
}

/** A 24-bit bitmap as a data address: browsers need no more, and it needs no compressor. */
export function bitmap({ shape, values, signed }: Picture): string {
  const [channels, height, width] = shape as [number, number, number]
  const row = Math.ceil((3 * width) / 4) * 4
  const bytes = new Uint8Array(54 + row * height)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, 0x424d)
  for (const [at, value] of [
    [2, bytes.length],
    [10, 54],
    [14, 40],
    [18, width],
    [22, height],
  ] as const)
    // prettier-ignore
    view.setUint32(at, value, true)
  view.setUint16(26, 1, true)
  view.setUint16(28, 24, true)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < 3; channel++) {
        const value = values[((channels === 1 ? 0 : channel) * height + y) * width + x]!
        const shown = signed === undefined ? value : 0.5 + value / (2 * signed)
        // Rows from below, blue first.
        const at = 54 + (height - 1 - y) * row + 3 * x + (2 - channel)
        bytes[at] = Math.floor(255 * Math.min(1, Math.max(0, shown)) + 0.5)
      }
  return `data:image/bmp;base64,${btoa(String.fromCharCode(...bytes))}`
}
