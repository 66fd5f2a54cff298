import type { ActivationName } from '../src/nets/index.ts'

/** As much of fast-check's type as is needed here: declarations must not name the optional peer. */
interface Arbitrary {
  map(f: (value: never) => unknown): Arbitrary
  chain(f: (value: never) => Arbitrary): Arbitrary
}

/** fast-check and the arbitraries that are made with it. */
export interface Loaded {
  readonly fc: { readonly [name: string]: unknown }
  readonly own: { readonly [name: string]: unknown }
}

/** Values that fast-check will draw and shrink, named before it is loaded. */
export interface Instances<T> {
  build(loaded: Loaded): unknown
  map<U>(f: (value: T) => U): Instances<U>
  chain<U>(f: (value: T) => Instances<U>): Instances<U>
}

function lazy<T>(build: (loaded: Loaded) => Arbitrary): Instances<T> {
  return {
    build,
    map: (f) => lazy((loaded) => build(loaded).map(f)),
    chain: (f) => lazy((loaded) => build(loaded).chain((value) => f(value).build(loaded) as Arbitrary)),
  }
}

const from =
  (place: keyof Loaded, name: string) =>
  <T>(...given: unknown[]): Instances<T> =>
    lazy((loaded) => (loaded[place][name] as (...given: unknown[]) => Arbitrary)(...given))

type Parts<T> = { readonly [K in keyof T]: Instances<T[K]> }

/**
 * The arbitraries that describe cells as plain data, for a claim's `instances`; fast-check, an optional peer, is
 * loaded only when something is drawn. Networks, inputs and spectra themselves, and everything for properties of
 * one's own, are in `glassjaw/proofs-check/arbitraries`.
 */
export const arbitraries: {
  /** Inputs, from 1 to `max` (12). */
  readonly dimension: (max?: number) => Instances<number>
  /** Hidden units, from 1 to `max` (12). */
  readonly width: (max?: number) => Instances<number>
  /** Hidden layers, from 1 to `max` (4). */
  readonly depth: (max?: number) => Instances<number>
  /** A locally Lipschitz activation. */
  readonly activation: () => Instances<ActivationName>
  /** Eigenvalues, positive and descending, the largest 1. */
  readonly spectrum: (size: number) => Instances<number[]>
  readonly integer: (range: { readonly min: number; readonly max: number }) => Instances<number>
  readonly constantFrom: <T>(...values: T[]) => Instances<T>
  readonly record: <T>(parts: Parts<T>) => Instances<T>
} = {
  dimension: from('own', 'dimension'),
  width: from('own', 'width'),
  depth: from('own', 'depth'),
  activation: from('own', 'activation'),
  spectrum: from('own', 'spectrum'),
  integer: from('fc', 'integer'),
  constantFrom: from('fc', 'constantFrom'),
  record: (parts) =>
    lazy((loaded) => {
      const built = Object.entries<Instances<unknown>>(parts).map(([name, part]) => [
        name,
        part.build(loaded),
      ])
      return (loaded.fc['record'] as (model: object, constraints: object) => Arbitrary)(
        Object.fromEntries(built),
        { noNullPrototype: true },
      )
    }),
}
