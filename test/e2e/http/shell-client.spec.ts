import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureProgram } from '../../../scripts/programs.mjs';
import { posKey, startCluster, terminalKey, type Cluster } from '../../support/fixture.js';
import { Program } from '../../support/programs.js';

const KEYS = [posKey('pos'), terminalKey('t1', 'TERM-001')];
const DOCUMENTS = ['README.md', 'docs/http.md'];

let cluster: Cluster;

beforeAll(async () => {
  ensureProgram('curl', 'curl');
  ensureProgram('openssl', 'openssl');
  cluster = await startCluster({ keys: KEYS });
});
afterAll(() => cluster.close());

/** The shell client as a document shows it. */
async function scriptIn(document: string): Promise<string> {
  const text = await readFile(document, 'utf8');
  const [, script] = /```sh\n(call\(\) \{[\s\S]*?)```/.exec(text) ?? [];
  if (script === undefined) throw new Error(`${document} shows no client`);
  return script;
}

it.each(DOCUMENTS)('the client in curl and openssl of %s pays', async (document) => {
  const script = await scriptIn(document);
  const terminal = await cluster.terminal('t1');
  const id = `order-${document.length}`;
  const program = new Program(['sh', '-euc', script.replaceAll('order-4712', id)], {
    GATEWAY: cluster.instances[0]!.url,
    KEY: cluster.key('pos'),
    SECRET: cluster.secret('pos'),
  });
  expect(await program.exitCode, program.log).toBe(0);
  const answers = program.log.match(/\{"[\s\S]*?Z"\}(?=\{|$)/g)!.map((text) => JSON.parse(text) as object);
  expect(answers).toMatchObject([
    { count: 1, terminals: [{ terminalId: 'TERM-001' }] },
    { transactionId: id, status: 'SUCCESS', paymentResponse: { amount: '10.10' } },
    { transactionId: id, status: 'COMPLETED' },
  ]);
  await terminal.close();
});

it('is the same in every document', async () => {
  const [first, ...others] = await Promise.all(DOCUMENTS.map(scriptIn));
  for (const other of others) expect(other).toBe(first);
});
