import { escapeText, trusted, type Html } from './html.ts'

/** A hyphen before a number is a minus sign. */
export function minus(text: string): string {
  return text.replace(/(?<=^|[\s[({=∝^/]|\de)-(?=[\d.∞])/g, '−')
}

/** Text of a claim with its plain-text mathematics set: `d^(-1/2)`, `10^6` and `w_j` get superscripts and subscripts. */
export function prose(text: string): Html {
  const set = escapeText(minus(text))
    .replace(
      /\^\(([^()]+)\)|\^([−-]?[\p{L}\d]+)/gu,
      (_, group?: string, single?: string) => `<sup>${group ?? single}</sup>`,
    )
    .replace(/(?<![\p{L}\d_])(\p{L})_(\p{L}|\d)(?![\p{L}\d_])/gu, '$1<sub>$2</sub>')
  return trusted(set)
}

/** Notes are written without a full stop; beside another sentence they need one. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
