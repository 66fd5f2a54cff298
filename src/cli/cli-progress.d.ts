/** The part of cli-progress that we use; the package ships no types. */
declare module 'cli-progress' {
  export interface Options {
    readonly format?: string
    readonly stream?: NodeJS.WritableStream
    readonly barsize?: number
    readonly barCompleteChar?: string
    readonly barIncompleteChar?: string
    readonly clearOnComplete?: boolean
    readonly forceRedraw?: boolean
    readonly gracefulExit?: boolean
    readonly fps?: number
  }

  export class SingleBar {
    constructor(options: Options)
    start(total: number, value: number, payload: object): void
    update(value: number, payload: object): void
    stop(): void
  }
}
