/**
 * Data sets and the field's file formats, on bytes: readers give a tensor or a clear error, and no truncated
 * file yields data. Only the command line touches files.
 */
export { readCifar } from './cifar.ts'
export { gaussianMixture, rings, spheres, xor, type CloudOptions } from './clouds.ts'
export { readCsv, type Table } from './csv.ts'
export { checkDataset, range, split, subset, type Dataset } from './dataset.ts'
export { describe, readFolder, type NamedFile, type TrainTest } from './folder.ts'
export { glyphs, type GlyphOptions } from './glyphs.ts'
export { unpacked } from './gzip.ts'
export { readIdx } from './idx.ts'
export { readNpy, writeNpy } from './npy.ts'
export { readNpz, writeNpz } from './npz.ts'
export { readSafetensors, writeSafetensors, type Safetensors } from './safetensors.ts'
