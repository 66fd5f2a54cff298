import { html, type Hole, type Html } from './html.ts'

/** A column of numbers, aligned to the right. */
export interface NumberColumn {
  readonly heading: Hole
}

export function numeric(heading: Hole): NumberColumn {
  return { heading }
}

/** Parts of a table. */
export interface Table {
  readonly caption: Hole
  /** Headings; plain ones are of columns of words. */
  readonly columns: readonly (string | Html | NumberColumn)[]
  /** `tr` elements, one for each row. */
  readonly rows: readonly Html[]
  /** Class of the table, for the style sheet. */
  readonly kind?: string
}

/** A table that scrolls sideways on a narrow page. */
export function table({ caption, columns, rows, kind }: Table): Html {
  return html`<div class="wide">
    <table${kind !== undefined && html` class="${kind}"`}>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map((column) =>
            typeof column === 'object' && 'heading' in column
              ? html`<th scope="col" class="number">${column.heading}</th>`
              : html`<th scope="col">${column}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`
}
