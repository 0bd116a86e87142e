import { CannotRun } from '../commands/cannot-run.js';
import { readListFile } from '../commands/list-file.js';
import { isBehaviour, type Rule } from './behaviours.js';

const TEXTS = ['terminal', 'amount', 'errorCode'] as const;
const MEMBERS = new Set<string>([...TEXTS, 'behaviour', 'afterMs']);

/**
 * The rules of a script file: `{"rules":[{"terminal"?, "amount"?, "behaviour", "errorCode"?, "afterMs"?}]}`, the first that
 * fits counts.
 * @throws CannotRun naming what is wrong
 */
export function readScript(path: string): Rule[] {
  return readListFile(path, 'rules', problemOf) as Rule[];
}

function problemOf(rule: unknown): string | undefined {
  if (typeof rule !== 'object' || rule === null) return 'must be an object';
  const members = rule as Record<string, unknown>;
  const unknown = Object.keys(members).find((name) => !MEMBERS.has(name));
  if (unknown) return `has a member ${unknown} that means nothing`;
  const { behaviour, afterMs } = members;
  if (typeof behaviour !== 'string' || !isBehaviour(behaviour)) return 'needs the name of a behaviour';
  const wrong = TEXTS.find((name) => members[name] !== undefined && typeof members[name] !== 'string');
  if (wrong) return `needs a text as ${wrong}`;
  if (afterMs !== undefined && !(Number.isInteger(afterMs) && (afterMs as number) >= 0)) {
    return 'needs whole milliseconds as afterMs';
  }
  return undefined;
}

/** A rule of the command line: `slow` for every terminal, or `TERM-001=slow` for one. @throws CannotRun */
export function readRule(text: string): Rule {
  const at = text.lastIndexOf('=');
  const [terminal, name] = [text.slice(0, Math.max(0, at)), text.slice(at + 1)];
  if (!isBehaviour(name)) throw new CannotRun(`--behaviour: there is no ${name}`);
  return { behaviour: name, ...(terminal && { terminal }) };
}
