import 'reflect-metadata';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { IssuedKey, KeyStore } from '../keys/index.js';
import type { EndpointStore } from '../webhooks/index.js';
import { withKeyStore } from './key-store-access.js';

const MINUTE_MS = 60_000;

interface CreateOptions {
  id?: string;
  group: string;
  type: 'desktop' | 'terminal';
  device?: string;
  metadata?: object;
}

const program = new Command('keys').description('Manages the API keys of tills and terminals.');

program
  .command('create')
  .description('make a key; it is shown once and never again')
  .requiredOption('--group <groupId>', 'group (tenant) of the key')
  .addOption(
    new Option('--type <deviceType>', 'kind of device')
      .choices(['desktop', 'terminal'])
      .makeOptionMandatory(),
  )
  .option('--device <deviceId>', 'terminals: stable device id, unique in the group')
  .option('--metadata <json>', 'terminals: object shown in lists', jsonObject)
  .option('--id <id>', 'public name of the key; made up if absent')
  .action(async ({ id, group, type, device, metadata }: CreateOptions) => {
    const wanted = { groupId: group, deviceType: type, deviceId: device, metadata, ...(id && { id }) };
    await withKeyStore(async (keys) => show(await keys.create(wanted)));
  });

program
  .command('list')
  .description('list all keys, without their secrets')
  .action(() => withKeyStore(list));

program
  .command('disable <id>')
  .description('refuse the key from now on and end its connection')
  .action((id: string) => withKeyStore((keys) => setDisabled(keys, id, true)));

program
  .command('enable <id>')
  .description('accept a disabled key again')
  .action((id: string) => withKeyStore((keys) => setDisabled(keys, id, false)));

program
  .command('rotate <id>')
  .description('replace the secret text of a key; live connections stay')
  .option('--overlap <minutes>', 'accept the old one for so long', minutes, 0)
  .action(async (id: string, { overlap }: { overlap: number }) => {
    await withKeyStore(async (keys) => show(await keys.rotate(id, overlap * MINUTE_MS)));
  });

program
  .command('reseal')
  .description('encrypt all secrets anew with SECRETS_KEY; the old key must be in SECRETS_KEYS_ACCEPTED')
  .action(() => withKeyStore(reseal));

async function reseal(keys: KeyStore, endpoints: EndpointStore): Promise<void> {
  console.log(
    `${await keys.reseal()} secrets of keys, ${await endpoints.reseal()} webhook endpoints sealed anew`,
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

async function setDisabled(keys: KeyStore, id: string, disabled: boolean): Promise<void> {
  await keys.setDisabled(id, disabled);
  console.log(`${id} is ${disabled ? 'disabled' : 'enabled'}`);
}

function show({ record, key, secret }: IssuedKey): void {
  console.log(`id          ${record.id}`);
  console.log(`x-api-key   ${key}`);
  console.log(`secret      ${secret}`);
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
  const value = Number(text);
  if (!/^\d+$/.test(text)) {
    throw new InvalidArgumentError('must be a whole number of minutes');
  }
  return value;
}

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
