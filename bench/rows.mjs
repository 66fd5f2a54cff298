/** All rows, in the order of the table. */
import { rows as attack } from './rows/attack.mjs'
import { rows as compileTime } from './rows/compile-time.mjs'
import { rows as convNet } from './rows/conv-net.mjs'
import { rows as denseNet } from './rows/dense-net.mjs'
import { rows as elementary } from './rows/elementary.mjs'
import { rows as linalg } from './rows/linalg.mjs'
import { rows as manyNets } from './rows/many-nets.mjs'
import { rows as matmul } from './rows/matmul.mjs'
import { rows as matvec } from './rows/matvec.mjs'
import { rows as normals } from './rows/normals.mjs'
import { rows as training } from './rows/training.mjs'
import { rows as verify } from './rows/verify.mjs'

export const rows = [
  matmul,
  matvec,
  denseNet,
  manyNets,
  training,
  convNet,
  elementary,
  normals,
  compileTime,
  attack,
  linalg,
  verify,
].flat()
