/** A plan as text, at most 80 columns wide. */
import { showShape, sizeOf } from '../../array/index.ts'
import type { Expression, Primitive, Tape } from '../../tape/index.ts'
import { writes } from './draft.ts'
import type { Buffer, MapStep, MoveStep, Plan, Step } from './steps.ts'
import { workOf } from './work.ts'

const WIDTH = 80
/** Where what a step does begins, if it needs lines of its own. */
const INDENT = '       '
const MOST_LINES = 2

/**
 * What a plan does: for every step the type of its result, the buffer where that lies, operations on numbers and bytes read and written; then
 * what was saved, and the memory. With the tape, host functions appear under their names.
 */
export function explain(plan: Plan, tape?: Tape): string {
  const { steps, buffers, summary } = plan
  const lines = steps.flatMap((step, number) => {
    const { buffer, dtype, shape } = writes(step).at(-1)!
    const { flops, bytes } = workOf(step)
    const cells = [
      String(number),
      step.kind,
      `${dtype}${showShape(shape)}`,
      `b${buffer}`,
      short(flops),
      short(bytes),
    ]
    return withText(row(cells), describe(step, tape))
  })
  const works = steps.map(workOf)
  const [flops, bytes] = [total(works.map((work) => work.flops)), total(works.map((work) => work.bytes))]
  const { instructions, unused, repeated, views, copies } = summary
  const { intoMaps, intoReductions, intoProducts, inPlace } = summary
  return [
    `${row(['step', 'kind', 'result', 'at', 'flops', 'bytes'])}  what`,
    ...lines,
    '',
    `${instructions} instructions: ${unused} unused, ${repeated} repeated, ${views} views, ${copies} copies of views`,
    `fused ${intoMaps} maps into maps, ${intoReductions} into reductions, ${intoProducts} into products; ${inPlace} in place`,
    `${steps.length} steps: ${short(flops)} flops, ${short(bytes)} bytes read and written`,
    `arena ${short(plan.bytes)} bytes: ${memoryOf(buffers)}`,
  ].join('\n')
}

function memoryOf(buffers: readonly Buffer[]): string {
  const bytes = (role: Buffer['role']): string =>
    short(total(buffers.filter((buffer) => buffer.role === role).map((buffer) => buffer.bytes)))
  return `arguments ${bytes('argument')}, constants ${bytes('constant')}, results ${bytes('result')}, temporaries ${bytes('temporary')}`
}

function row(cells: readonly string[]): string {
  const [step, kind, result, buffer, flops, bytes] = cells as [string, string, string, string, string, string]
  const left = `${step.padStart(4)} ${kind.padEnd(6)} ${result.padEnd(20)} ${buffer.padEnd(4)}`
  return `${left} ${flops.padStart(6)} ${bytes.padStart(6)}`.slice(0, WIDTH)
}

/** The text behind the row, or below it where that leaves too little room. */
function withText(start: string, text: string): string[] {
  if (start.length + 2 + text.length <= WIDTH) return [`${start}  ${text}`]
  const room = WIDTH - INDENT.length
  const lines = [start]
  for (let at = 0; at < text.length && lines.length <= MOST_LINES; at += room) {
    const isCut = lines.length === MOST_LINES && at + room < text.length
    lines.push(INDENT + (isCut ? `${text.slice(at, at + room - 1)}…` : text.slice(at, at + room)))
  }
  return lines
}

function describe(step: Step, tape: Tape | undefined): string {
  switch (step.kind) {
    case 'map':
      return formulas(step)
    case 'reduce':
      return `${step.combine} over ${showShape(step.axes)} of ${showShape(step.shape)}: ${formula(step.expression)}`
    case 'matmul': {
      const { batch, m, k, n, inLanes, epilogue } = step
      const size = `${batch === 1 ? '' : `${batch} × `}[${m},${k}]·[${k},${n}]`
      return `${size}${inLanes ? ' in lanes' : ''}${epilogue ? `, then ${formulas(epilogue)}` : ''}`
    }
    case 'move':
      return pieces(step)
    case 'gather':
      return `${step.scatter ? 'scatterAdd' : 'take'} along axis ${step.axis} by ${sizeOf(step.indices.shape)} indices`
    case 'host':
      return tape ? tape.instructions[step.instruction]!.operation.name : `instruction ${step.instruction}`
  }
}

function pieces({ clear, add, pieces }: MoveStep): string {
  const sizes = pieces.map(({ shape }) => sizeOf(shape))
  const list =
    sizes.length > 3 ? `${short(total(sizes))} in ${sizes.length} pieces` : sizes.map(short).join(' + ')
  const copies = sizes.length === 0 ? [] : [`${add ? 'add' : 'copy'} ${list}`]
  return [...(clear ? ['zeros'] : []), ...copies].join(', then ')
}

function formulas({ outputs }: MapStep): string {
  return outputs.map(({ expression }) => formula(expression)).join('; ')
}

const signs: Partial<Record<Primitive, string>> = {
  add: ' + ',
  sub: ' - ',
  mul: '·',
  div: '/',
  less: ' < ',
  equal: ' = ',
}

/** The expression as a formula, cut off where it gets long: what is shared in it is written out every time. */
function formula(e: Expression, room: number = 3 * WIDTH, isPart: boolean = false): string {
  if (e.kind === 'input') return `x${e.index}`
  if (e.kind === 'constant') return String(e.value)
  const sign = e.kind === 'primitive' ? signs[e.primitive] : undefined
  const name = e.kind === 'named' ? e.named.name : e.primitive
  let text = sign ? (isPart ? '(' : '') : `${name}(`
  e.args.forEach((arg, i) => {
    if (text.length >= room) return
    text += (i > 0 ? (sign ?? ', ') : '') + formula(arg, room - text.length - 1, sign !== undefined)
  })
  return sign && !isPart ? text : `${text})`
}

/** A number to three digits: 999, 1.23k, 45.6M. */
function short(n: number): string {
  const units = ['', 'k', 'M', 'G', 'T', 'P']
  let [value, unit] = [n, 0]
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return `${value.toFixed(digits)}${units[unit]!}`
}

function total(list: readonly number[]): number {
  return list.reduce((sum, x) => sum + x, 0)
}
