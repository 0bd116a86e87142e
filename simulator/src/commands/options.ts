import { InvalidArgumentError, type Command } from 'commander';
import type { TargetOptions } from '../gateway/target.js';
import { TIME_SETTINGS, type Times } from '../gateway/times.js';

/** What commander gives for the options that {@link withTarget} adds. */
export type TargetFlags = Omit<TargetOptions, 'times'> & Partial<Times>;

/** Adds the options that say which gateway is meant. */
export function withTarget(command: Command): Command {
  command
    .option('--url <url>', 'gateway, such as ws://127.0.0.1:8080; again for each further instance', collect)
    .option('--keys <file>', 'its keys, in the format of API_KEYS_FILE')
    .option('--embedded', 'start a gateway of our own instead, with keys made up for it')
    .option('--gateway <main.js>', 'which built gateway --embedded starts; that of the repository if absent');
  for (const { flag, about, usual, short } of Object.values(TIME_SETTINGS)) {
    const note = `${about}; ${usual} unless told, ${short} with --embedded`;
    command.option(`--${flag} <ms>`, note, wholeNumber);
  }
  return command;
}

/** The options of {@link withTarget}, sorted. */
export function targetOptions(flags: TargetFlags): TargetOptions {
  const names = Object.keys(TIME_SETTINGS) as (keyof Times)[];
  const given = names.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]]]));
  return { ...flags, times: Object.fromEntries(given) as Partial<Times> };
}

export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('must be a whole number');
  return Number(text);
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value <= 0) throw new InvalidArgumentError('must be a number above 0');
  return value;
}

/** From 0 to 1. */
export function share(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value > 1) {
    throw new InvalidArgumentError('must be a number from 0 to 1');
  }
  return value;
}

function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}
