import { html, trusted, type Hole, type Html } from './html.ts'
import { style } from './style.ts'

/** One page: what its head says, and what follows. */
export interface Document {
  /** For the window's title. */
  readonly title: string
  readonly headline: string
  /** Names and values under the headline. */
  readonly facts: readonly (readonly [name: string, value: string])[]
  readonly main: Hole
  /** Behind everything that is seen. */
  readonly data?: Html
}

/** A page that loads nothing, runs no script, and can be read on paper. All text is escaped. */
export function documentOf({ title, headline, facts, main, data }: Document): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <link rel="icon" href="data:," />
        <title>glassjaw: ${title}</title>
        <style>
          ${trusted(style)}
        </style>
      </head>
      <body>
        <header>
          <p class="mark">glassjaw</p>
          <h1>${headline}</h1>
          <dl class="facts">
            ${facts.map(
              ([name, value]) =>
                html`<div>
                  <dt>${name}</dt>
                  <dd>${value}</dd>
                </div>`,
            )}
          </dl>
        </header>
        <main>${main}</main>
        ${data}
      </body>
    </html> `
  return page.html
}
