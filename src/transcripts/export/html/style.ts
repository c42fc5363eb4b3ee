/**
 * The page's looks. Fonts are the reader's own; Chinese comes first among them where a text is Chinese. Colours of code are
 * few, so that they keep their contrast in both modes.
 */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --panel: #f5f6f8; --ink: #1f2328; --faint: #626b75; --line: #dde1e6;
  --accent: #3451c6; --asked: #eef2ff; --bad: #b3261e; --badly: #fdf0ef;
  --keyword: #a626a4; --string: #2f7d32; --number: #a35200; --name: #0f5ea8; --comment: #5c6570; --tag: #b3261e;
  --added: #e6f4ea; --removed: #fce8e6;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "PingFang SC", "Hiragino Sans GB",
    "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16181c; --panel: #1f2227; --ink: #e3e6ea; --faint: #9aa4af; --line: #343a42;
    --accent: #9db2ff; --asked: #1e2437; --bad: #ff9e94; --badly: #34201f;
    --keyword: #d9a0f5; --string: #98d18f; --number: #e8b26b; --name: #86bff5; --comment: #8b96a3; --tag: #ff9e94;
    --added: #17321f; --removed: #3d1f1e;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 50rem;
  background: var(--paper); color: var(--ink); font: 1rem/1.7 var(--sans);
  overflow-wrap: anywhere; line-break: strict; text-autospace: normal; text-spacing-trim: trim-start;
}
h1, h2, h3, h4, h5, h6 { line-height: 1.35; text-wrap: balance; }
h1 { margin: 0 0 .35em; font-size: 1.75rem; }
header { padding-bottom: 1.25rem; border-bottom: 1px solid var(--line); }
.about, h2, .facts { color: var(--faint); font-size: .875rem; font-weight: 400; }
.about, .facts { margin: 0; }
article { margin-top: 2.5rem; }
section { unicode-bidi: isolate; }
h2 { display: flex; flex-wrap: wrap; gap: 0 .75em; align-items: baseline; margin: 0 0 .4rem; }
h2 b { color: var(--ink); font-weight: 600; }
h2 time { margin-inline-start: auto; }
.facts { margin-top: .75rem; }
time, .facts { font-variant-numeric: tabular-nums; }
.question { padding: .8rem 1.1rem 1rem; border-radius: .6rem; background: var(--asked); border-inline-start: 4px solid var(--accent); }
.question .text, .system .text { white-space: pre-wrap; tab-size: 4; }
.question h2 b { color: var(--accent); }
.answer { padding: 1.1rem 1.1rem 0; }
main figure { margin: .75rem 0; } main img { display: block; max-width: 100%; max-height: 30rem; border-radius: .4rem; }
figcaption, .lost { margin: .4rem 0 0; color: var(--faint); font-size: .9375rem; white-space: pre-wrap; }
details { margin: .5rem 0 1rem; padding: .1rem 1rem; border-inline-start: 3px solid var(--line); color: var(--faint); font-size: .9375rem; }
summary { cursor: pointer; margin-inline-start: -.25rem; padding: .1rem .25rem; border-radius: .25rem; }
summary:hover { color: var(--ink); }
.sources { margin-top: 1rem; color: var(--faint); font-size: .9375rem; }
.sources p { margin: 0; } .sources ol { margin-top: 0; }
.notice { margin: 1rem 0 0; padding: .6rem 1rem; border-radius: .4rem; background: var(--badly); color: var(--bad); white-space: pre-wrap; }
.notice b { margin-inline-end: .5em; }
.prose > :first-child { margin-top: 0; }
.prose > :last-child { margin-bottom: 0; }
.prose h3 { font-size: 1.3rem; } .prose h4 { font-size: 1.15rem; } .prose h5, .prose h6 { font-size: 1rem; }
.prose h3, .prose h4, .prose h5, .prose h6 { margin: 1.6em 0 .6em; }
p, ul, ol, blockquote, figure, .wide { margin: 0 0 1em; }
ul, ol { padding-inline-start: 1.6em; }
li.box { list-style: none; margin-inline-start: -1.3em; }
li > p { margin-bottom: .5em; }
blockquote { padding-inline-start: 1em; border-inline-start: 3px solid var(--line); color: var(--faint); }
a { color: var(--accent); text-underline-offset: .2em; }
a:focus-visible, summary:focus-visible, pre:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
hr { border: 0; border-top: 1px solid var(--line); margin: 2em 0; }
code, pre { font-family: var(--mono); font-size: .875em; text-autospace: no-autospace; text-spacing-trim: space-all; line-break: auto; }
:not(pre) > code { padding: .15em .35em; border-radius: .3em; background: var(--panel); }
.code { border: 1px solid var(--line); border-radius: .5rem; overflow: hidden; background: var(--panel); }
.code figcaption { padding: .3rem .9rem; border-bottom: 1px solid var(--line); color: var(--faint); font: .8125rem/1.5 var(--mono); }
pre { margin: 0; padding: .8rem .9rem; overflow-x: auto; line-height: 1.55; white-space: pre; overflow-wrap: normal; tab-size: 4; }
pre code { font-size: .875rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9375rem; }
th, td { padding: .4rem .8rem; border: 1px solid var(--line); text-align: start; vertical-align: top; overflow-wrap: normal; }
th { background: var(--panel); font-weight: 600; }
.center { text-align: center; } .right { text-align: right; }
math { font-size: 1.08em; }
math[display="block"] { overflow-x: auto; overflow-y: hidden; padding: .2em 0; }
:lang(zh), :lang(ja) { hanging-punctuation: allow-end; }
:lang(zh) em, :lang(ja) em { font-style: normal; text-emphasis: filled dot; text-emphasis-position: under right; }
:lang(ja) em { text-emphasis-position: over right; }
.hljs-keyword, .hljs-built_in, .hljs-selector-tag, .hljs-operator, .hljs-doctag { color: var(--keyword); }
.hljs-string, .hljs-regexp, .hljs-char, .hljs-subst, .hljs-quote { color: var(--string); }
.hljs-number, .hljs-literal, .hljs-symbol, .hljs-bullet, .hljs-meta { color: var(--number); }
.hljs-title, .hljs-section, .hljs-attr, .hljs-attribute, .hljs-property, .hljs-type, .hljs-selector-class, .hljs-selector-id { color: var(--name); }
.hljs-comment { color: var(--comment); }
.hljs-tag, .hljs-name, .hljs-variable, .hljs-template-variable { color: var(--tag); }
.hljs-subst { color: inherit; }
.hljs-addition { background: var(--added); } .hljs-deletion { background: var(--removed); }
.hljs-emphasis { font-style: italic; } .hljs-strong { font-weight: 700; }
@media (max-width: 40rem) {
  body { padding: 1.25rem .9rem 3rem; }
  .answer { padding-inline: 0; }
  h2 time { margin-inline-start: 0; }
}
@page { margin: 18mm 16mm; }
@media print {
  :root {
    color-scheme: light;
    --paper: #fff; --panel: #f6f6f6; --ink: #000; --faint: #444; --line: #bbb; --accent: #223a99; --asked: #f2f4fb;
    --bad: #8a1c15; --badly: #fff; --keyword: #7a1f7a; --string: #1f5d22; --number: #7a3d00; --name: #0b4580; --comment: #555;
    --tag: #8a1c15; --added: #eee; --removed: #eee;
  }
  body { max-width: none; padding: 0; font-size: 10.5pt; line-height: 1.6; }
  h1 { font-size: 17pt; }
  h1, h2, h3, h4, h5, h6, summary { break-after: avoid; }
  p, li { orphans: 2; widows: 2; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  figure, table, .wide, pre { overflow: visible; }
  tr, img { break-inside: avoid; }
  thead { display: table-header-group; }
  .question, .notice { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .prose a[href^="http"]:not(.bare)::after { content: " (" attr(href) ")"; color: var(--faint); font-size: .85em; }
}
`;
