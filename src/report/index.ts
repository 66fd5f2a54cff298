export { isImage, type Picture } from './images.ts'
export { renderReport, type Maker } from './page.ts'
export { renderSpectrum, type SpectrumResult } from './spectrum.ts'
export { renderTraining, type TrainingResult } from './training.ts'
