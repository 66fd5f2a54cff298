/** The page's style sheet: system fonts, colours as variables for light and dark, tables that scroll rather than squeeze. */
export const style: string = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf7; --raised: #ffffff; --ink: #1d1f21; --soft: #5b6066; --hair: #e2dfd8; --grid: #ece9e2;
  --link: #1b5a96; --good: #1d6b45; --bad: #a8321f; --open: #8a5a00;
  --good-wash: #e6f1ea; --bad-wash: #f8e6e2; --open-wash: #f7eeda;
  --claim-1: #1f62a8; --claim-2: #17807a; --claim-3: #6a4fb3; --claim-4: #4d7a12;
  --control-1: #c0562a; --control-2: #a3336b; --control-3: #9a6b00; --control-4: #7d4a3a;
  --theory: #1d1f21; --band-1: rgb(31 98 168 / .15); --band-2: rgb(120 120 110 / .16);
  --prose: Charter, "Bitstream Charter", "Sitka Text", Cambria, Georgia, "Liberation Serif", serif;
  --plain: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
  --code: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #16181b; --raised: #1d2024; --ink: #e6e4df; --soft: #a2a6ab; --hair: #34383d; --grid: #2a2e33;
    --link: #8ab8ea; --good: #83cfa4; --bad: #f0907c; --open: #e3b65c;
    --good-wash: #1d3328; --bad-wash: #40231e; --open-wash: #3a2f18;
    --claim-1: #7db1ea; --claim-2: #5fc4bc; --claim-3: #b09cf0; --claim-4: #a3cc63;
    --control-1: #f09a6c; --control-2: #ec8ab9; --control-3: #e0b84f; --control-4: #d3a291;
    --theory: #e6e4df; --band-1: rgb(125 177 234 / .18); --band-2: rgb(180 180 170 / .16);
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; padding: 3.5rem 1.5rem 6rem; max-width: 68rem; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.6 var(--prose); font-variant-numeric: lining-nums; }
h1, h2, h3, h4 { line-height: 1.25; font-weight: 600; text-wrap: balance; }
h1 { font-size: 2.1rem; max-width: 24em; margin: .4rem 0 1.6rem; letter-spacing: -.01em; }
h2 { font-size: 1.5rem; margin: 0 0 .8rem; }
h3 { font: 600 .8rem/1.3 var(--plain); letter-spacing: .07em; text-transform: uppercase; color: var(--soft); margin: 2.6rem 0 .8rem; }
h4 { font-size: 1.1rem; margin: 0 0 .3rem; }
p, ul, blockquote { max-width: 44rem; }
p { margin: 0 0 1rem; }
a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: .15em; }
small { font-size: .86em; color: var(--soft); }
section { margin-top: 3.5rem; }
section.claim { border-top: 1px solid var(--hair); padding-top: 3rem; }
.mark { font: 600 .95rem/1 var(--plain); letter-spacing: .02em; color: var(--soft); margin: 0; }
sup, sub { font-size: .72em; line-height: 0; }
.facts { display: flex; flex-wrap: wrap; gap: .6rem 2.4rem; margin: 0; font-family: var(--plain); font-size: .9rem; }
.facts dt { color: var(--soft); font-size: .78rem; } .facts dd { margin: 0; font-variant-numeric: tabular-nums; }
.standing { font: .95rem/1.6 var(--plain); color: var(--soft); }
blockquote { margin: 1.4rem 0; padding: 0 0 0 1.2rem; border-left: 3px solid var(--hair); }
blockquote p:last-child { margin: 0; }
.formula { font-style: italic; font-size: 1.1rem; overflow-x: auto; white-space: pre-wrap; }
.shows { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 1rem 2.5rem; margin: 1.6rem 0; }
.shows dt, .reasons dt { font: 600 .85rem/1.5 var(--plain); } .shows dd, .reasons dd { margin: 0; }
.reasons dd { margin-bottom: .8rem; max-width: 44rem; }
.wide { overflow-x: auto; margin: 1rem 0 1.4rem; }
table { border-collapse: collapse; width: 100%; font: .86rem/1.45 var(--plain); font-variant-numeric: tabular-nums lining-nums; }
caption { text-align: left; color: var(--soft); padding: 0 0 .5rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem 1rem .45rem 0; border-bottom: 1px solid var(--hair); }
th:last-child, td:last-child { padding-right: 0; }
thead th { font-weight: 600; color: var(--soft); vertical-align: bottom; border-bottom-color: var(--soft); }
tbody th { font-weight: 400; min-width: 12rem; }
tbody th small { display: block; margin-top: .1rem; line-height: 1.4; }
.number { text-align: right; white-space: nowrap; }
thead .number { white-space: normal; }
.symbols { max-width: 44rem; } .symbols .symbol { font-family: var(--prose); font-style: italic; font-size: 1rem; min-width: 5rem; }
.cells tbody th { white-space: nowrap; }
abbr { text-decoration: none; cursor: help; }
.verdict { display: inline-block; white-space: nowrap; padding: .05em .6em .1em .45em; border-radius: 1em; font: 600 .8rem/1.5 var(--plain); }
.verdict.expected { color: var(--good); background: var(--good-wash); }
.verdict.contrary { color: var(--bad); background: var(--bad-wash); }
.verdict.open { color: var(--open); background: var(--open-wash); }
.gauge { display: block; margin-top: .15rem; overflow: visible; }
.gauge .region { fill: var(--band-2); } .gauge .target { stroke: var(--soft); stroke-width: 1; }
.gauge .interval { stroke-width: 2; } .gauge.expected { --mark: var(--good); } .gauge.contrary { --mark: var(--bad); } .gauge.open { --mark: var(--open); }
.gauge .interval { stroke: var(--mark); } .gauge .estimate { fill: var(--mark); }
figure { margin: 0 0 1.6rem; padding: 1.3rem 1.5rem 1.1rem; background: var(--raised); border: 1px solid var(--hair); border-radius: 8px; }
figcaption { font: .86rem/1.5 var(--plain); color: var(--soft); max-width: 46rem; }
.drawing { overflow-x: auto; }
.plot { width: 100%; min-width: 34rem; height: auto; font: 12px var(--plain); color: var(--soft); overflow: visible; }
.plot [aria-label$="grid"] { stroke: var(--grid); stroke-opacity: 1; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .15rem 1.4rem; margin: .2rem 0 .8rem; padding: 0; max-width: none; font: .84rem/1.6 var(--plain); }
.key { vertical-align: -.08em; margin-right: .2em; } .theory { stroke: var(--theory); stroke-width: 1.6; stroke-dasharray: 6 3; }
details { margin: .8rem 0; } summary { cursor: pointer; font: .88rem/1.6 var(--plain); color: var(--link); }
pre { overflow-x: auto; padding: .8rem 1rem; background: var(--raised); border: 1px solid var(--hair); border-radius: 6px; }
code { font: .86rem/1.5 var(--code); } pre code { white-space: pre-wrap; overflow-wrap: anywhere; }
.illustrations code { overflow-wrap: anywhere; font-size: .75rem; color: var(--soft); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.gallery { display: flex; flex-wrap: wrap; gap: 1rem; } .picture { margin: 0; padding: .6rem; } .picture img { display: block; image-rendering: pixelated; }
.picture figcaption { max-width: 5.5rem; font-size: .75rem; }
@media (max-width: 40rem) { body { padding-top: 2rem; } h1 { font-size: 1.6rem; } figure { padding: 1rem; } }
@media print {
  :root { color-scheme: light; --paper: #fff; --raised: #fff; --ink: #000; --soft: #444; --hair: #bbb; --grid: #ddd; }
  body { padding: 0; max-width: none; font-size: 10.5pt; } a { color: inherit; }
  figure, tr, blockquote { break-inside: avoid; } h2, h3, h4 { break-after: avoid; } .wide { overflow: visible; }
  section.claim { break-before: page; }
}
`
