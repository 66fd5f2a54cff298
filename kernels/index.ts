/** Tapes on a GPU, through GPU.js (an optional peer). Everything here is a promise, and everything is f32. */
export { modes, type Mode } from './gpu.ts'
export {
  onDevice,
  type DeviceFunction,
  type DeviceOptions,
  type DeviceResult,
  type RanOnDevice,
} from './on-device.ts'
export { budgetOf, type Bounded } from './budget.ts'
export { confirmSigns, type Confirmation, type ConfirmationStatus } from './confirm.ts'
export { devices, type DeviceReport } from './devices.ts'
