import fc from 'fast-check'
import { expect, test } from 'vitest'
import { escapeJson, escapeText, html, trusted } from '../../src/report/html.ts'

test('no text keeps a character that could open an element, an entity or an attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', 'a', ';', '/') }), (text) => {
      const escaped = escapeText(text)
      expect(escaped).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/)
      const entities = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' }
      expect(escaped.replace(/&[^;]+;/g, (entity) => entities[entity as keyof typeof entities])).toBe(text)
    }),
  )
})

test('JSON for a script element reads back and cannot close it', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom('</script>', '<!--', '\u2028', '&lt;'), (text, danger) => {
      const value: unknown = [JSON.parse(text), danger]
      const escaped = escapeJson(value)
      expect(JSON.parse(escaped)).toEqual(value)
      expect(escaped).not.toMatch(/[<>&\u2028\u2029]/)
    }),
  )
})

test('a template escapes text, keeps pieces and lists, and leaves out what is absent', () => {
  const piece = html`<b>${'<'}</b>`
  expect(html`${[piece, 'a&b', 3]}${undefined}${false}${0}`.html).toBe('<b>&lt;</b>a&amp;b30')
  expect(html`<p title="${'"'}">${trusted('<br>')}</p>`.html).toBe('<p title="&quot;"><br></p>')
})
