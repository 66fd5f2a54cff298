import { parseHTML } from 'linkedom'
import { expect, test } from 'vitest'
import { errorRates } from '../../proofs-check/index.ts'
import { renderReport } from '../../src/report/index.ts'
import { claim, control, figure, nasty, nastyResult, prediction, result } from './fixture.ts'

const maker = { version: '1.2.3', runtime: 'Node 20' }
const page = renderReport(result, maker)
const { document } = parseHTML(page)
const texts = (selector: string): string[] =>
  [...document.querySelectorAll(selector)].map((node) => node.textContent ?? '')

test('hostile text stays text in every place', () => {
  const hostile = renderReport(nastyResult, maker)
  const { document } = parseHTML(hostile)
  expect(hostile).not.toContain('<script>alert')
  expect(document.querySelectorAll('script')).toHaveLength(1)
  expect(document.querySelectorAll('img')).toHaveLength(0)
  expect([...document.querySelectorAll('*')].filter((node) => node.hasAttribute('onmouseover'))).toEqual([])
  for (const selector of [
    'h2',
    'h4',
    'blockquote',
    'figcaption',
    'dd',
    'th',
    'td',
    'li',
    'caption',
    'svg text',
  ]) {
    const texts = [...document.querySelectorAll(selector)].map((node) => node.textContent ?? '')
    expect(
      texts.some((text) => text.includes(nasty)),
      selector,
    ).toBe(true)
  }
  const data = JSON.parse(document.querySelector('script')!.textContent!)
  expect(data.claims[0].cells[0].label).toBe(nasty)
})

test('a source that is no web address is no link', () => {
  const source = { ...claim.source, url: 'javascript:alert(1)' }
  const { document } = parseHTML(renderReport({ ...result, claims: [{ ...claim, source }] }, maker))
  expect([...document.querySelectorAll('.source a')]).toEqual([])
})

test('the file loads nothing: no address but in links, and a policy that forbids the rest', () => {
  const loaders = [...document.querySelectorAll('[src], link, use, image, iframe, object, embed, base')]
  expect(loaders.map((node) => node.outerHTML)).toEqual(['<link rel="icon" href="data:,">'])
  expect(page.match(/@import|url\((?!#)/g)).toBeNull()
  const addressed = [...document.querySelectorAll('*')].filter((node) =>
    [...node.attributes].some(({ name, value }) => name !== 'xmlns' && /^(https?:)?\/\//.test(value)),
  )
  expect(new Set(addressed.map(({ tagName }) => tagName))).toEqual(new Set(['A']))
  expect(document.querySelector('meta[http-equiv]')?.getAttribute('content')).toContain("default-src 'none'")
  expect([...document.querySelectorAll('script')].map((node) => node.getAttribute('type'))).toEqual([
    'application/json',
  ])
})

test('it says first what a run can and cannot show', () => {
  expect(texts('h2')[0]).toBe('What a run can and cannot show')
  expect(page.indexOf('It proves nothing')).toBeLessThan(page.indexOf('<table'))
})

test('the tables hold what was tested, predicted, measured, the margin, α, trials and the verdict', () => {
  const row = [...document.querySelectorAll('tbody tr')].find((node) =>
    node.textContent!.includes(prediction.says),
  )!
  const cells = [...row.children].map((node) => node.textContent!.trim())
  expect(cells).toEqual([
    prediction.says,
    '−0.5',
    '± 0.02',
    '−0.5012 [−0.5081, −0.4944]',
    '0.027',
    '',
    '0.00025',
    '12,800',
    '✓ supported',
  ])
  const broken = [...document.querySelectorAll('tbody tr')].find((node) =>
    node.textContent!.includes(control.says),
  )!
  expect(broken.textContent!.replace(/\s+/g, ' ')).toContain(
    'Breaks: the output is centred. Expected value: 0.',
  )
  expect(broken.textContent).toContain('✓ refuted')
})

test('an unexpected verdict and an open one do not look like an expected one', () => {
  const standing = { ...control, verdict: 'supported' as const }
  const open = { ...prediction, verdict: 'undecided' as const, estimate: NaN, interval: [NaN, NaN] as const }
  const odd = { ...claim, verdict: 'undecided' as const, predictions: [open], controls: [standing] }
  const { document } = parseHTML(renderReport({ ...result, claims: [odd] }, maker))
  const badges = [...document.querySelectorAll('.verdict')].map((node) => [node.className, node.textContent])
  expect(badges).toContainEqual(['verdict contrary', '✗ stands'])
  expect(badges).toContainEqual(['verdict open', '? undecided'])
  expect(document.querySelector('h1')!.textContent!.replaceAll('\u00a0', ' ')).toBe(
    '0 of 1 claims came out as expected; 0 of 1 controls were refuted.',
  )
  expect(document.body.textContent).not.toContain('NaN')
})

test('it holds the source, the seed, the versions, the command and the numbers of every cell', () => {
  expect(document.querySelector(`a[href="${claim.source.url}"]`)?.textContent).toBe(claim.source.where)
  expect(texts('pre')).toContain('glassjaw verify toy --budget quick --seed 1')
  expect(texts('pre')).toContain(`glassjaw verify --replay ${claim.replay}`)
  expect(document.body.textContent).toContain('glassjaw 1.2.3 on Node 20')
  const { seed, claims } = JSON.parse(document.querySelector('script')!.textContent!)
  expect(seed).toBe(1)
  expect(claims[0].cells).toHaveLength(claim.cells.length)
  expect(claims[0].cells[0]).not.toHaveProperty('sample')
  expect(claims[0].controls[0].cells[0].measurements.relative.count).toBe(400)
})

test('headings descend by one, tables have captions, drawings have names', () => {
  const levels = [...document.querySelectorAll('h1, h2, h3, h4')].map(({ tagName }) => Number(tagName[1]))
  expect(levels[0]).toBe(1)
  levels.slice(1).forEach((level, i) => expect(level - levels[i]!).toBeLessThanOrEqual(1))
  for (const table of document.querySelectorAll('table'))
    expect(table.querySelector('caption')?.textContent).toBeTruthy()
  for (const svg of document.querySelectorAll('svg[role=img]'))
    expect(svg.getAttribute('aria-label')).toBeTruthy()
  expect([...document.querySelectorAll('svg:not([role=img]):not([aria-hidden=true])')]).toEqual([])
  expect(document.documentElement.getAttribute('lang')).toBe('en')
})

test('a run that was interrupted before anything was measured can be shown', () => {
  const empty = {
    ...prediction,
    verdict: 'incomplete' as const,
    estimate: NaN,
    interval: [0, 1] as const,
    trials: 0,
  }
  const bare = {
    ...claim,
    verdict: 'incomplete' as const,
    predictions: [empty],
    controls: [],
    cells: [],
    figures: [],
  }
  const page = renderReport({ ...result, claims: [bare] }, maker)
  expect(parseHTML(page).document.querySelector('td .verdict')?.textContent).toBe('? incomplete')
  expect(page).not.toContain('NaN')
})

test('what an exponent does along the sizes, situations met and what waits for a larger budget are said', () => {
  const bent = {
    ...prediction,
    bend: { estimate: 0.031, interval: [0.011, 0.052] as const },
    cover: [{ says: 'a long step', share: 0.25, least: 0.1 }],
  }
  const unjudged = [
    { id: 'a', says: 'a', needs: 'standard' },
    { id: 'b', says: 'b', needs: 'standard' },
    { id: 'c', says: 'c', needs: 'thorough' },
  ] as const
  const page = renderReport({ ...result, claims: [{ ...claim, predictions: [bent], unjudged }] }, maker)
  const { textContent } = parseHTML(page).document.body
  const words = textContent!.replace(/\s+/g, ' ')
  expect(words).toContain('the exponent changes by 0.031 [0.011, 0.052] along the sizes: it bends')
  expect(words).toContain('a long step: a share of 0.25, at least 0.1 needed')
  expect(words).toContain('Not judged at this budget: 2 need standard, 1 needs thorough.')
})

test('the smallest counterexample stands with its numbers, its picture and the command that repeats it', () => {
  const counterexample = {
    origin: 'shrunk',
    instance: { n: 2, weights: 'centred', sizes: { d: 2 }, draw: 0 },
    measurement: { error: 17.25 },
    replay: 'dG9rZW4',
    picture: { ...figure, title: 'the plane' },
  } as const
  const refuted = { ...prediction, verdict: 'refuted' as const, counterexample }
  const own = { claims: ['toy'], files: ['./toy.ts'] }
  const page = renderReport({ ...result, claims: [{ ...claim, predictions: [refuted] }] }, { ...maker, own })
  const { document } = parseHTML(page)
  const [item] = document.querySelectorAll('.illustrations li')
  const words = item!.textContent!.replace(/\s+/g, ' ')
  expect(words).toContain('has n 2, weights centred, d 2, draw 0. Measured: error 17.25.')
  expect(item!.querySelector('h4')!.textContent).toBe('the plane')
  expect(item!.querySelector('svg[role=img]')).not.toBeNull()
  const commands = [...document.querySelectorAll('code')].map(({ textContent }) => textContent)
  expect(commands).toContain('glassjaw verify ./toy.ts --replay dG9rZW4')
  expect(commands).toContain('glassjaw verify ./toy.ts --budget quick --seed 1')
})

test('figures that could not be made are missed in words, and one without points is drawn', () => {
  const odd = { ...claim, figures: [], figuresFailed: 'no <points>' }
  const { document } = parseHTML(renderReport({ ...result, claims: [odd] }, maker))
  expect(document.body.textContent).toContain('They could not be made: no <points>')
  const bare = { ...figure, series: [], lines: [], bands: [] }
  expect(renderReport({ ...result, claims: [{ ...claim, figures: [bare] }] }, maker)).toContain('<svg')
})

test('it says how often the instruments err, kind by kind', () => {
  const rows = [...document.querySelectorAll('[aria-labelledby=instruments] tbody tr')]
  const { rates } = errorRates
  expect(rows.map((row) => row.firstElementChild!.textContent)).toEqual(rates.map(({ kind }) => kind))
  expect(rows[0]!.textContent!.replace(/\s+/g, ' ')).toContain(String(rates[0]!.supportedOutside))
})
