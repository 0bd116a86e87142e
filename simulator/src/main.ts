#!/usr/bin/env node
import { Command } from 'commander';
import { CannotRun } from './commands/cannot-run.js';
import { addConformance } from './commands/conformance.js';
import { addRun } from './commands/run.js';
import { addScenarios } from './commands/scenarios.js';
import { addTerminals } from './commands/terminals.js';

/** The options are wrong, or what was asked for can not be done. */
const CANNOT_RUN = 2;

const program = new Command('terminal-gateway-sim')
  .description('Simulated tills and card terminals for any Terminal Gateway.')
  .configureHelp({ showGlobalOptions: true });
for (const add of [addRun, addTerminals, addScenarios, addConformance]) add(program);
for (const command of [program, ...program.commands]) {
  command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : CANNOT_RUN));
}

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof CannotRun ? error.message : error);
  process.exitCode = CANNOT_RUN;
}
