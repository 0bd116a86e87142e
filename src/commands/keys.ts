import 'reflect-metadata';
import { hostname, userInfo } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { AuditAction, AuditLog } from '../audit/index.js';
import { KEY_KINDS, type IssuedKey, type KeyKind, type KeyStore } from '../keys/index.js';
import { withKeyStore, type KeyDesk } from './key-store-access.js';

const MINUTE_MS = 60_000;

interface CreateOptions {
  id?: string;
  group?: string;
  type: KeyKind;
  device?: string;
  metadata?: object;
}

const program = new Command('keys').description('Manages the API keys of tills, terminals and admins.');

program
  .command('create')
  .description('make a key; it is shown once and never again')
  .addOption(
    new Option('--type <type>', 'a till, a terminal, or an admin of the console')
      .choices(KEY_KINDS)
      .makeOptionMandatory(),
  )
  .option('--group <groupId>', 'tills and terminals: group (tenant) of the key')
  .option('--device <deviceId>', 'terminals: stable device id, unique in the group')
  .option('--metadata <json>', 'terminals: object shown in lists', jsonObject)
  .option('--id <id>', 'public name of the key; made up if absent')
  .action(async ({ id, group, type, device, metadata }: CreateOptions, command: Command) => {
    if ((group === undefined) !== (type === 'admin')) {
      const isNeeded = group === undefined;
      command.error(
        `error: --group is ${isNeeded ? 'needed for tills and terminals' : 'not for admin keys'}`,
      );
    }
    const names = { ...(group !== undefined && { groupId: group }), ...(id && { id }) };
    const wanted = { deviceType: type, deviceId: device, ...(metadata && { metadata }), ...names };
    await withKeyStore(async (desk) => {
      const issued = await desk.keys.create(wanted);
      await note(desk, 'key.created', issued.record);
      show(issued);
    });
  });

program
  .command('list')
  .description('list all keys, without their secrets')
  .action(() => withKeyStore(({ keys }) => list(keys)));

program
  .command('disable <id>')
  .description('refuse the key from now on and end its connection')
  .action((id: string) => withKeyStore((desk) => setDisabled(desk, id, true)));

program
  .command('enable <id>')
  .description('accept a disabled key again')
  .action((id: string) => withKeyStore((desk) => setDisabled(desk, id, false)));

program
  .command('rotate <id>')
  .description('replace the secret text of a key; live connections stay')
  .option('--overlap <minutes>', 'accept the old one for so long', minutes, 0)
  .action(async (id: string, { overlap }: { overlap: number }) => {
    await withKeyStore(async (desk) => {
      const issued = await desk.keys.rotate(id, overlap * MINUTE_MS);
      await note(desk, 'key.rotated', issued.record);
      show(issued);
    });
  });

program
  .command('reseal')
  .description('encrypt all secrets anew with SECRETS_KEY; the old key must be in SECRETS_KEYS_ACCEPTED')
  .action(() => withKeyStore(reseal));

program
  .command('audit')
  .description('show who changed what, when and from where, newest first')
  .option('--limit <n>', 'how many acts', count, 50)
  .action(({ limit }: { limit: number }) => withKeyStore(({ audit }) => showActs(audit, limit)));

async function reseal(desk: KeyDesk): Promise<void> {
  const [keys, endpoints] = [await desk.keys.reseal(), await desk.endpoints.reseal()];
  await note(desk, 'secrets.resealed', { id: `${keys} keys, ${endpoints} endpoints` });
  console.log(`${keys} secrets of keys, ${endpoints} webhook endpoints sealed anew`);
}

/** Notes what was done by the user of this machine. */
function note(
  { audit }: KeyDesk,
  action: AuditAction,
  { id, groupId }: { id: string; groupId?: string },
): Promise<void> {
  const actor = { kind: 'command', id: userInfo().username } as const;
  return audit.note({ action, actor, from: hostname(), subject: id, groupId });
}

async function showActs(audit: AuditLog, limit: number): Promise<void> {
  const acts = await audit.latest(limit);
  if (acts.length === 0) {
    console.log('Nothing was noted yet.');
    return;
  }
  console.table(
    acts.map(({ at, action, subject, groupId = '', actor, from }) => ({
      at,
      action,
      subject,
      group: groupId,
      by: `${actor.kind} ${actor.id}`,
      from,
    })),
  );
}

async function list(keys: KeyStore): Promise<void> {
  const rows = (await keys.list()).map(({ id, groupId, deviceType, deviceId, disabled }) => ({
    id,
    group: groupId,
    type: deviceType,
    device: deviceId ?? '',
    state: disabled ? 'disabled' : 'enabled',
  }));
  if (rows.length === 0) {
    console.log('There are no keys yet. Make one with: npm run keys -- create --group shop-1 --type desktop');
  } else {
    console.table(rows);
  }
}

async function setDisabled(desk: KeyDesk, id: string, disabled: boolean): Promise<void> {
  const { groupId } = await desk.keys.setDisabled(id, disabled);
  await note(desk, disabled ? 'key.disabled' : 'key.enabled', { id, groupId });
  console.log(`${id} is ${disabled ? 'disabled' : 'enabled'}`);
}

function show({ record, key, secret }: IssuedKey): void {
  console.log(`id          ${record.id}`);
  console.log(`x-api-key   ${key}`);
  if (record.deviceType !== 'admin') {
    console.log(`secret      ${secret}`);
  }
  console.log('Keep them now: they are not shown again.');
}

function jsonObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value;
    }
  } catch {
    // Falls through to the one message for everything that is no object.
  }
  throw new InvalidArgumentError('must be a JSON object');
}

function minutes(text: string): number {
  return wholeNumber(text, 'must be a whole number of minutes');
}

function count(text: string): number {
  return wholeNumber(text, 'must be a whole number');
}

function wholeNumber(text: string, rule: string): number {
  if (!/^\d+$/.test(text)) {
    throw new InvalidArgumentError(rule);
  }
  return Number(text);
}

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
