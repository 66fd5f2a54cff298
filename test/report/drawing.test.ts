import { parseHTML } from 'linkedom'
import { expect, test } from 'vitest'
import { draw, mostReplicates } from '../../src/report/drawing.ts'
import { shareOut, thin } from '../../src/report/thin.ts'
import { figure } from './fixture.ts'

const drawn = (record: typeof figure): Element =>
  parseHTML(`<body>${draw(record).html}</body>`).document.querySelector('svg') as unknown as Element
const count = (svg: Element, selector: string): number => svg.querySelectorAll(selector).length
const labels = (svg: Element, axis: string): (string | null)[] =>
  [...svg.querySelectorAll(`[aria-label="${axis}-axis tick label"] text`)].map(
    ({ textContent }) => textContent,
  )

test('a panel shows at most 2,000 trials however many were recorded', () => {
  const recorded = figure.series.flatMap(({ replicates }) => replicates).length
  expect(recorded).toBeGreaterThan(mostReplicates)
  expect(count(drawn(figure), 'circle[r="1.3"]')).toBe(mostReplicates)
})

test('every estimate, interval, fit, theory line and band is drawn', () => {
  const svg = drawn(figure)
  const points = figure.series.flatMap((series) => series.points)
  expect(count(svg, '[aria-label="dot"] path, circle[r="4.2"]')).toBe(points.length)
  expect(count(svg, '[aria-label="rule"] line')).toBe(points.length)
  expect(count(svg, '[aria-label="line"]')).toBe(2)
  expect(count(svg, '[aria-label="area"] path')).toBe(1)
})

test('the sizes that were tried stand on the axis, on a logarithmic one too', () => {
  const svg = drawn(figure)
  expect(labels(svg, 'x')).toEqual(['256', '1,024', '4,096', '65,536', '1,000,000'])
  expect(labels(svg, 'y')).toEqual(['0.0001', '0.001', '0.01', '0.1'])
})

test('categories have their names on the axis', () => {
  const names = ['relu', 'tanh', 'sin']
  const points = names.map((_, x) => ({ x, y: 0.68 + x / 100, low: 0.67, high: 0.71 }))
  const series = [{ label: 'share', role: 'claim' as const, points, replicates: [] }]
  const bands = [{ label: 'margin', points: names.map((_, x) => ({ x, low: 0.66, high: 0.7 })) }]
  const x = { label: 'activation', scale: 'linear' as const, names }
  const svg = drawn({ ...figure, x, y: { label: 'share', scale: 'linear' }, series, bands, lines: [] })
  expect(labels(svg, 'x')).toEqual(names)
  expect(count(svg, '[aria-label="rect"] rect')).toBe(3)
})

test('what has no place on a logarithmic axis is left out, and an empty figure is still a figure', () => {
  const points = [
    { x: 256, y: 0 },
    { x: 0, y: 1 },
    { x: 1024, y: 0.5 },
  ]
  const odd = {
    ...figure,
    series: [{ label: 'odd', role: 'claim' as const, points, replicates: points }],
    lines: [],
    bands: [],
  }
  expect(count(drawn(odd), '[aria-label="dot"] circle, [aria-label="dot"] path')).toBe(2)
  expect(draw(odd).html).not.toMatch(/NaN|Infinity/)
  expect(draw({ ...odd, series: [] }).html).not.toMatch(/NaN|Infinity/)
})

test('colours come from the page, so that a drawing follows dark mode', () => {
  const colors = [...draw(figure).html.matchAll(/(?:fill|stroke)="([^"]*)"/g)].map(([, color]) => color!)
  expect(colors.filter((color) => !/^(var\(--[a-z0-9-]+\)|none|currentColor)$/.test(color))).toEqual([])
})

test('thinning keeps order and spread', () => {
  const items = Array.from({ length: 1000 }, (_, i) => i)
  const kept = thin(items, 7)
  expect(kept).toHaveLength(7)
  expect([...kept].sort((a, b) => a - b)).toEqual(kept)
  expect(kept[0]).toBe(0)
  expect(kept.at(-1)!).toBeGreaterThan(800)
  expect(thin(items, 1000)).toBe(items)
})

test('short lists are kept whole and the long ones share the rest', () => {
  expect(shareOut([10, 5000, 5000], 2000)).toEqual([10, 995, 995])
  expect(shareOut([3, 4], 2000)).toEqual([3, 4])
  expect(shareOut([], 2000)).toEqual([])
})
