/** The style sheet of the API page: readable on a phone and a desktop, by day and by night. */
export const API_STYLE = `:root {
  color-scheme: light dark;
  --ink: #1b2430; --soft: #5a6675; --paper: #ffffff;
  --panel: #f4f6f9; --line: #dde3ea; --accent: #0b62a8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e4e9f0; --soft: #9aa6b5; --paper: #11161d;
    --panel: #1a212b; --line: #2c3643; --accent: #6cb6f5;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1rem; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body {
  margin: 0 auto; max-width: 76rem; padding: 1.5rem 1rem 4rem;
  font: 1rem/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper);
}
header { max-width: 46rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.25rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1.1rem; margin: 0 0 .5rem; }
h4 { font-size: .95rem; margin: 1rem 0 .25rem; }
p { margin: .5rem 0; }
a { color: var(--accent); }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
code, pre { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, monospace; }
code { overflow-wrap: anywhere; }
nav {
  border: 1px solid var(--line); border-radius: .5rem;
  padding: .25rem 1rem 1rem; margin: 1rem 0;
}
nav h2 { font-size: .8rem; margin: 1rem 0 .25rem; color: var(--soft); text-transform: uppercase; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav a { display: block; padding: .3rem 0; text-decoration: none; font-size: .925rem; }
nav a:hover { text-decoration: underline; }
main { min-width: 0; }
main > section > h2 { border-bottom: 1px solid var(--line); padding-bottom: .35rem; }
article {
  background: var(--panel); border: 1px solid var(--line); border-radius: .5rem;
  padding: 1rem; margin: 1rem 0;
}
article:target { border-color: var(--accent); }
.address { display: flex; gap: .6rem; align-items: baseline; flex-wrap: wrap; }
.method {
  font: 600 .75rem/1 ui-monospace, monospace; padding: .3rem .5rem; border-radius: .3rem;
  color: #fff; background: #44546a;
}
.get { background: #0b62a8; }
.post { background: #1c7a45; }
.put { background: #8a5a00; }
.delete { background: #b3261e; }
.permission { color: var(--soft); font-size: .9rem; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .75rem 0; font-size: .9rem; }
th { width: 11rem; }
td:nth-child(2) { width: 14rem; }
th code { overflow-wrap: break-word; }
caption { text-align: left; font-weight: 600; padding-bottom: .25rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0;
  border-top: 1px solid var(--line); }
th { font-weight: 400; }
strong { font-weight: 600; }
pre { overflow-x: auto; scrollbar-width: thin;
  background: var(--paper); border: 1px solid var(--line);
  border-radius: .4rem; padding: .75rem; margin: .75rem 0; }
ul { margin: .25rem 0; padding-left: 1.25rem; }
summary { cursor: pointer; margin-top: .75rem; color: var(--accent); }
details li { font-size: .9rem; }
@media (max-width: 40rem) {
  table, caption, tbody, tr, th, td { display: block; width: auto; }
  tr { border-top: 1px solid var(--line); padding: .35rem 0; }
  th, td, td:nth-child(2) { border-top: 0; padding: .1rem 0; width: auto; }
  td:empty { display: none; }
}
@media (min-width: 60rem) {
  body { display: grid; grid-template-columns: 15rem minmax(0, 1fr); gap: 0 2rem; }
  header { grid-column: 1 / -1; }
  nav { scrollbar-width: thin; position: sticky;
    top: 1rem; align-self: start; max-height: calc(100vh - 2rem);
    overflow-y: auto; }
}
`;
