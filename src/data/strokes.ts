import { cosTurns, sinTurns } from '../math/index.ts'

/** A point of the unit square, x to the right and y down. */
type Point = readonly [x: number, y: number]

/** Points joined by straight lines. */
export type Stroke = readonly Point[]

/** Part of an ellipse, from and to in degrees: 0 is to the right, 90 down. */
function arc(cx: number, cy: number, rx: number, ry: number, from: number, to: number): Point[] {
  const pieces = Math.max(2, Math.ceil(Math.abs(to - from) / 30))
  return Array.from({ length: pieces + 1 }, (_, i) => {
    const turn = (from + ((to - from) * i) / pieces) / 360
    return [cx + rx * cosTurns(turn), cy + ry * sinTurns(turn)]
  })
}

/** Ways to write each digit. */
export const skeletons: readonly (readonly (readonly Stroke[])[])[] = [
  [[arc(0.5, 0.5, 0.27, 0.42, 0, 360)], [arc(0.5, 0.5, 0.2, 0.42, 20, 380)]],
  [
    [
      [
        [0.5, 0.08],
        [0.5, 0.92],
      ],
    ],
    [
      [
        [0.34, 0.27],
        [0.54, 0.08],
        [0.54, 0.92],
      ],
    ],
  ],
  [[[...arc(0.5, 0.31, 0.26, 0.23, 190, 395), [0.24, 0.92], [0.79, 0.92]]]],
  [[[...arc(0.47, 0.29, 0.25, 0.21, 200, 445), ...arc(0.47, 0.71, 0.29, 0.21, 275, 515)]]],
  [
    [
      [
        [0.64, 0.92],
        [0.64, 0.08],
        [0.2, 0.64],
        [0.83, 0.64],
      ],
    ],
    [
      [
        [0.27, 0.1],
        [0.24, 0.52],
        [0.76, 0.5],
      ],
      [
        [0.69, 0.1],
        [0.66, 0.92],
      ],
    ],
  ],
  [[[[0.76, 0.08], [0.33, 0.08], [0.29, 0.46], ...arc(0.47, 0.67, 0.28, 0.25, 240, 500)]]],
  [[[[0.68, 0.08], [0.44, 0.28], [0.29, 0.52], ...arc(0.5, 0.69, 0.24, 0.23, 190, 560)]]],
  [
    [
      [
        [0.22, 0.1],
        [0.78, 0.1],
        [0.42, 0.92],
      ],
    ],
    [
      [
        [0.22, 0.1],
        [0.78, 0.1],
        [0.42, 0.92],
      ],
      [
        [0.36, 0.5],
        [0.72, 0.5],
      ],
    ],
  ],
  [[arc(0.5, 0.29, 0.21, 0.2, 90, 450), arc(0.5, 0.71, 0.26, 0.21, -90, 270)]],
  [[[...arc(0.5, 0.32, 0.24, 0.23, 10, 370), [0.72, 0.6], [0.6, 0.92]]]],
]
