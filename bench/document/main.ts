/** `npm run bench:report`: puts the results of `npm run bench -- --suite all` into docs/performance.md, as tables and plots. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { DOCUMENTED, table, type Result } from '../report.js';
import { goalsTable } from './goals.js';
import { fillMarkers } from './markers.js';
import { PLOTS } from './plots.js';
import { SECTIONS } from './sections.js';

/** Seen from the compiled file. */
const DOCS = resolve(import.meta.dirname, '../../docs');
const DOCUMENT = join(DOCS, 'performance.md');

const results = new Map(Object.keys(SECTIONS).flatMap(readResult));
const contents = new Map<string, string>();
for (const [name, result] of results) {
  contents.set(name, `\`${result.command}\`\n\n${table(result, SECTIONS[name]!.columns)}`);
}
const goals = goalsTable(results);
if (goals) contents.set('goals', goals);
mkdirSync(join(DOCS, 'images'), { recursive: true });
for (const { name, section, alt, draw } of PLOTS) {
  const result = results.get(section);
  if (!result) continue;
  const file = `images/performance-${name}.svg`;
  writeFileSync(join(DOCS, file), draw(result));
  contents.set(`plot-${name}`, `![${alt}](${file})`);
}
const filled = fillMarkers(readFileSync(DOCUMENT, 'utf8'), contents);
const style = await resolveConfig(DOCUMENT);
writeFileSync(DOCUMENT, await format(filled, { ...style, filepath: DOCUMENT }));
console.log(`${[...contents.keys()].join(', ') || 'nothing measured yet'} → ${DOCUMENT}`);

function readResult(name: string): [string, Result][] {
  const file = join(DOCUMENTED, `${name}.json`);
  return existsSync(file) ? [[name, JSON.parse(readFileSync(file, 'utf8')) as Result]] : [];
}
