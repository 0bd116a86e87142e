import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../support/fixture.js';
import { keysForLoad, Load } from '../support/load.js';
import { openMuteSocket } from '../support/mute-socket.js';

const PAIRS = 20;
const PAYMENTS_EACH = 30;

let cluster: Cluster | undefined;
let load: Load | undefined;

afterEach(async () => {
  await load?.stop();
  await cluster?.close();
  cluster = load = undefined;
});

async function underLoad(
  env: Record<string, string> = {},
): Promise<{ cluster: Cluster; load: Load; done: Promise<void> }> {
  cluster = await startCluster({ instances: 3, keys: keysForLoad(PAIRS), env });
  load = new Load(cluster, PAIRS);
  const clients = [...load.tills, ...load.terminals];
  await eventually(() => clients.every(({ isConnected }) => isConnected));
  const done = load.run(PAYMENTS_EACH, 100);
  await eventually(() => load!.done > PAIRS * 5);
  return { cluster, load, done };
}

const endingsOf = ({ tills, terminals }: Load) => [...tills, ...terminals].flatMap(({ endings }) => endings);

describe('payments go on', () => {
  it('while an instance is stopped: every socket is told, nothing is lost, the exit code is 0', async () => {
    const { cluster, load, done } = await underLoad();
    expect(await cluster.instances[0]!.stop()).toBe(0);
    await done;
    load.expectSound();
    const codes = endingsOf(load).map(({ code }) => code);
    expect(codes.length).toBeGreaterThan(0);
    expect(new Set(codes)).toEqual(new Set([1012]));
    expect(load.outcomes().filter(({ first }) => first.status !== 'SUCCESS')).toEqual([]);
  });

  it('while all instances are restarted one after the other', { timeout: 60_000 }, async () => {
    const { cluster, load, done } = await underLoad();
    for (let i = 0; i < 3; i++) {
      await cluster.add();
      expect(await cluster.instances[i]!.stop()).toBe(0);
    }
    await done;
    load.expectSound();
    expect(new Set(endingsOf(load).map(({ code }) => code))).toEqual(new Set([1012]));
  });

  it('when an instance is killed: nothing is lost or handed over twice', { timeout: 60_000 }, async () => {
    // A payment that died on its way to the terminal ends by this.
    const { cluster, load, done } = await underLoad({ PAYMENT_TIMEOUT_MS: '6000' });
    cluster.instances[0]!.kill('SIGKILL');
    await done;
    load.expectSound();
    const failures = load.outcomes().filter(({ first }) => first.status !== 'SUCCESS');
    for (const { first } of failures) {
      expect(first).toMatchObject({ retrySafe: false, paymentResponse: { errorCode: 'NO_RESPONSE' } });
    }
  });
});

it('a terminal whose cable was pulled is noticed, and everybody is told', async () => {
  cluster = await startCluster({
    instances: 2,
    keys: [posKey('pos'), terminalKey('t1', 'TERM-001')],
    env: { HEARTBEAT_INTERVAL_MS: '300', HEARTBEAT_TIMEOUT_MS: '1000', GRACE_PERIOD_MS: '500' },
  });
  const pos = await cluster.pos('pos', { on: 1 });
  const socket = await openMuteSocket(cluster.url(0), cluster.key('t1'));
  for (const status of ['connected', 'reconnecting', 'disconnected']) {
    expect(await pos.next('terminalStatusUpdate')).toMatchObject({ terminalId: 'TERM-001', status });
  }
  expect(await pos.terminals()).toEqual([]);
  socket.destroy();
});

it('does not wait for a connection whose call was under way when it closed', async () => {
  cluster = await startCluster({ keys: [posKey('pos')] });
  const { port } = cluster.instances[0]!;
  const call = connect(port, '127.0.0.1').on('error', () => {});
  call.write('POST /v1/x HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{');
  await once(call, 'connect');
  await (await cluster.pos('pos')).roundTrip();
  const stopped = cluster.instances[0]!.stop();
  await eventually(async () => {
    const other = connect(port, '127.0.0.1');
    await expect(once(other, 'connect').finally(() => other.destroy())).rejects.toThrow('ECONNREFUSED');
  });
  call.write('}');
  expect(await stopped).toBe(0);
});
