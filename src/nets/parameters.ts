import { allocate, Tensor, type DType } from '../array/index.ts'
import { reshape, slice } from '../ops/index.ts'
import { parameterShapes, type Architecture, type Parameters } from './architecture.ts'

/** All parameters in one vector, in reading order. */
export function flattened(architecture: Architecture, parameters: Parameters): Tensor {
  const list = Object.keys(parameterShapes(architecture)).map((name) => parameters[name]!)
  const dtype: DType = list[0]?.dtype ?? 'f64'
  const size = list.reduce((sum, x) => sum + x.size, 0)
  const data = allocate(dtype, size)
  let at = 0
  for (const x of list) {
    data.set(x.data, at)
    at += x.size
  }
  return new Tensor(data, [size], dtype)
}

/** The parameters in a vector; part of a tape. */
export function unflattened(architecture: Architecture, vector: Tensor): Parameters {
  let at = 0
  return Object.fromEntries(
    Object.entries(parameterShapes(architecture)).map(([name, shape]) => {
      const size = shape.reduce((product, n) => product * n, 1)
      at += size
      return [name, reshape(slice(vector, [[at - size, at]]), shape)]
    }),
  )
}

/** A tensor in f64, itself if it is: spectra, attacks and certificates rest on nothing less. */
export function inF64(x: Tensor): Tensor {
  return x.dtype === 'f64' ? x : new Tensor(Float64Array.from(x.data), x.shape, 'f64')
}

export function parametersInF64(parameters: Parameters): Parameters {
  return Object.fromEntries(Object.entries(parameters).map(([name, x]) => [name, inF64(x)]))
}
