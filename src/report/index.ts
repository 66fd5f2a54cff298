export { renderReport, type Maker } from './page.ts'
