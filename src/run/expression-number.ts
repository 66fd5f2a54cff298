import type { Expression } from '../tape/index.ts'

const numbers = new WeakMap<Expression, number>()
const byStructure = new Map<string, number>()
const named = new WeakMap<object, number>()
let functions = 0

/** A number for every structure: two expressions have the same one exactly when they compute the same thing in the same way. */
export function expressionNumber(e: Expression): number {
  const known = numbers.get(e)
  if (known !== undefined) return known
  const key = structureOf(e)
  let number = byStructure.get(key)
  if (number === undefined) byStructure.set(key, (number = byStructure.size))
  numbers.set(e, number)
  return number
}

function structureOf(e: Expression): string {
  if (e.kind === 'input') return `x${e.index}`
  if (e.kind === 'constant') return Object.is(e.value, -0) ? '-0' : String(e.value)
  const args = e.args.map(expressionNumber).join()
  if (e.kind === 'primitive') return `${e.primitive}(${args})`
  let at = named.get(e.named)
  if (at === undefined) named.set(e.named, (at = functions++))
  return `f${at}(${args})`
}
