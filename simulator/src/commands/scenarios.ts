import type { Command } from 'commander';
import pc from 'picocolors';
import { MARKS } from '../conformance/layers.js';
import { SUBJECTS } from '../conformance/scenario.js';
import { SCENARIOS } from '../scenarios/index.js';

const NAME_WIDTH = 32;

export function addScenarios(program: Command): void {
  program
    .command('scenarios')
    .description('list the named scenarios of conformance')
    .option('--json', 'as one JSON document')
    .action(({ json }: { json?: boolean }) => console.log(json ? document() : table()));
}

function document(): string {
  const entries = SCENARIOS.map(({ name, subject, layer, about, needs }) => ({
    name,
    subject,
    layer,
    about,
    needs,
  }));
  return JSON.stringify(entries, undefined, 2);
}

function table(): string {
  const parts = SUBJECTS.map((subject) => {
    const mine = SCENARIOS.filter((scenario) => scenario.subject === subject);
    const lines = mine.map(
      ({ name, layer, about }) =>
        `  ${pc.cyan(name.padEnd(NAME_WIDTH))} ${pc.dim(`[${MARKS[layer]}]`)} ${about}`,
    );
    return [pc.bold(subject), ...lines].join('\n');
  });
  const legend = '[P] published, [C] chosen where the published text is silent, [X] extension';
  return [...parts, pc.dim(`${SCENARIOS.length} scenarios. ${legend}`)].join('\n\n');
}
