/** A piece of finished HTML. Only this file makes one, so that no text reaches a page unescaped. */
export interface Html {
  readonly html: string
}

/** What a template may hold: text is escaped, finished pieces and lists of them are kept, `undefined` and `false` vanish. */
export type Hole = string | number | Html | false | undefined | readonly Hole[]

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text made safe for element content and for quoted attributes. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!)
}

/** JSON that may stand inside a script element: no `<`, `>` or `&`, and no line separators, so nothing in it can close the element. */
export function escapeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(
    /[<>&\u2028\u2029]/g,
    (character) => '\\u' + character.charCodeAt(0).toString(16).padStart(4, '0'),
  )
}

/** Trusts a string to be HTML: for the drawings, the style sheet and escaped JSON. */
export function trusted(html: string): Html {
  return { html }
}

/** A template whose holes are escaped unless they are HTML already. */
export function html(strings: TemplateStringsArray, ...holes: readonly Hole[]): Html {
  return { html: strings.reduce((page, part, i) => page + fill(holes[i - 1]) + part) }
}

function fill(hole: Hole): string {
  if (hole === undefined || hole === false) return ''
  if (typeof hole === 'string') return escapeText(hole)
  if (typeof hole === 'number') return String(hole)
  if (Array.isArray(hole)) return (hole as readonly Hole[]).map(fill).join('')
  return (hole as Html).html
}
