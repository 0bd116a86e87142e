import { expect } from 'vitest';
import { memberOf, type Presence } from '../../src/presence/index.js';
import { Reaper } from '../../src/presence/reaper.js';
import { beat } from '../../src/presence/scripts.js';
import type { Config } from '../../src/config/index.js';
import { partitionOf } from '../../src/redis/index.js';
import type { TerminalBoard } from '../../src/terminals/terminal-board.js';
import { expectSame } from '../support/dump.js';
import { announced, connect, device, GROUP, till } from '../support/endpoints.js';
import { HintEar } from '../support/hint-ear.js';
import { boardOf, terminalsOf, terminalsOn } from '../support/terminal-list.js';
import { silentLogger, type TestStore } from '../support/test-store.js';
import { PresenceModel, type ModelConnection } from './presence-model.js';

const KEYS = [till('pos'), device('device', 'TERM-001'), device('nameless')];
export const INSTANCES = ['A', 'B', 'C'] as const;
const PARTITION = partitionOf(GROUP);

type InstanceName = (typeof INSTANCES)[number];

/** One thing that happens. `key` is an index; `age` tells which connection of the key, counted from the latest. */
export type PresenceStep =
  | { do: 'connect'; key: number; instance: InstanceName }
  | { do: 'restore' | 'drop'; key: number; age: number }
  | { do: 'endGrace'; key: number; due: boolean }
  | { do: 'lapse' | 'bury' | 'beat'; instance: InstanceName }
  | { do: 'wipe' };

/** The scripts on one side, the model on the other. */
export class PresenceWorld {
  private readonly model = new PresenceModel();
  private ranScript = false;
  /** Of somebody who looks all the time, and is told only what has changed. */
  private readonly board: TerminalBoard;

  private constructor(
    private readonly test: TestStore,
    private readonly configs: Record<string, Config>,
    private readonly presences: Record<string, Presence>,
    private readonly ear: HintEar,
  ) {
    this.board = boardOf(test.lists(presences['C']!));
  }

  static async create(test: TestStore): Promise<PresenceWorld> {
    const configs = Object.fromEntries(INSTANCES.map((name) => [name, test.instance(name)]));
    const byName = <T>(make: (config: Config) => T) =>
      Object.fromEntries(INSTANCES.map((name) => [name, make(configs[name]!)]));
    const ear = await HintEar.on(
      ...INSTANCES.map((name) => test.keys.channel(PARTITION, configs[name]!.incarnation)),
    );
    return new PresenceWorld(
      test,
      configs,
      byName((config) => test.presence(config)),
      ear,
    );
  }

  close(): void {
    this.ear.close();
  }

  async take(step: PresenceStep): Promise<void> {
    this.ranScript = step.do !== 'lapse' && step.do !== 'wipe' && step.do !== 'beat';
    switch (step.do) {
      case 'connect':
        return this.connect(step.key, step.instance);
      case 'restore':
        return this.restore(this.connectionOf(step.key, step.age));
      case 'drop':
        return this.drop(this.connectionOf(step.key, step.age));
      case 'endGrace':
        return this.endGrace(KEYS[step.key]!.keyId, step.due);
      case 'lapse':
        return this.lapse(step.instance);
      case 'bury':
        return this.bury(step.instance);
      case 'beat':
        return this.beat(step.instance);
      case 'wipe':
        return this.wipe();
    }
  }

  /** The latest script once more: it must not change a thing. */
  async repeat(): Promise<void> {
    if (!this.ranScript) return;
    const { before, after } = await this.test.repeatLatest();
    expectSame(after, before);
  }

  private async connect(key: number, name: string): Promise<void> {
    const { keyId } = KEYS[key]!;
    const { endpoint, epoch, wasOccupied } = await connect(this.presences[name]!, KEYS[key]!);
    expect(wasOccupied).toBe(this.model.isOccupied(keyId));
    expect(epoch).toBeGreaterThan(this.model.highest.get(keyId) ?? 0);
    this.model.connect(endpoint, name, epoch);
  }

  private async restore(connection: ModelConnection | undefined): Promise<void> {
    if (!connection) return this.nothing();
    const { endpoint, instance, epoch } = connection;
    const kept = this.model.restore(connection);
    const answer = await this.presences[instance]!.restore(endpoint, epoch);
    expect(answer).toMatchObject(kept ? { kind: 'registered', epoch } : { kind: 'displaced' });
  }

  private async drop(connection: ModelConnection | undefined): Promise<void> {
    if (!connection) return this.nothing();
    const kind = this.model.drop(connection);
    expect(await this.presences[connection.instance]!.drop(connection.endpoint)).toEqual({
      kind,
      openPayment: false,
    });
  }

  private async endGrace(keyId: string, due: boolean): Promise<void> {
    if (due) {
      await this.test.redis.zadd(this.name('grace'), 'XX', 1, memberOf(GROUP, keyId));
      this.model.endGrace(keyId);
    }
    // Without a terminal in the list it runs no script.
    this.ranScript = false;
    await this.presences['A']!.endGrace(GROUP, keyId);
  }

  private async lapse(name: string): Promise<void> {
    const { incarnation } = this.configs[name]!;
    const changed = await this.test.redis.zadd(this.name('leases'), 'XX', 'CH', 1, incarnation);
    if (changed === 1) this.model.lapsed.add(name);
  }

  private async bury(name: string): Promise<void> {
    const reaper = new Reaper(this.test.store, this.presences['A']!, silentLogger);
    const order = await this.test.redis.hkeys(this.name('owned'));
    this.model.bury(name, order);
    await reaper.bury(PARTITION, this.configs[name]!.incarnation);
  }

  private async beat(name: string): Promise<void> {
    const { incarnation, instanceLeaseMs } = this.configs[name]!;
    const args = { instance: incarnation, leaseMs: instanceLeaseMs, limit: 10, sets: 0 };
    await this.test.store.run(beat, {}, args, { keys: [this.name('leases')], args: [''] });
    this.model.lapsed.delete(name);
  }

  private async wipe(): Promise<void> {
    await this.test.clockPast(Math.max(0, ...this.model.highest.values()));
    await this.test.wipe();
    this.model.wipe();
  }

  /** Every place in the store that says something about an endpoint says the same as the model. */
  async compare(): Promise<void> {
    const { redis, keys } = this.test;
    const [owned, desktops, connections, grace, floor, terminals, listed, log, endpoints] = await Promise.all(
      [
        redis.hkeys(this.name('owned')),
        redis.hgetall(this.name(`desktops:${GROUP}`)),
        redis.hgetall(this.name('connections')),
        redis.zrange(this.name('grace'), 0, '-1'),
        redis.zrange(this.name('floor'), 0, '-1'),
        redis.hgetall(this.name(`terminals:${GROUP}`)),
        terminalsOf(this.test.lists(this.presences['B']!)),
        announced(this.presences['B']!),
        Promise.all(KEYS.map(({ keyId }) => redis.hgetall(keys.endpoint(GROUP, keyId)))),
      ],
    );
    const { model } = this;
    KEYS.forEach(({ keyId, deviceId = '' }, i) => {
      const known = model.endpoints.get(keyId);
      expect(endpoints[i]).toEqual(
        known
          ? {
              epoch: String(known.epoch),
              inst: this.configs[known.instance]!.incarnation,
              conn: known.connectionId,
              state: known.state,
              dev: deviceId,
              since: expect.stringMatching(/^\d+$/) as string,
              ...(known.past.length > 0 && { past: known.past.join(' ') }),
            }
          : {},
      );
    });
    const online = model.online('terminal');
    expect(owned.sort()).toEqual([...online, ...model.online('desktop')].sort());
    expect(Object.keys(desktops)).toEqual(model.online('desktop'));
    expect(connections).toEqual(
      Object.fromEntries(online.map((id) => [model.endpoints.get(id)!.connectionId, memberOf(GROUP, id)])),
    );
    const inState = (state: string) => [...model.endpoints].filter(([, known]) => known.state === state);
    expect(grace).toEqual(inState('reconnecting').map(([keyId]) => memberOf(GROUP, keyId)));
    expect(stateOf(terminals)).toEqual(this.expectedEntries());
    expect(floor.sort()).toEqual(
      Object.keys(this.expectedEntries())
        .map((keyId) => memberOf(GROUP, keyId))
        .sort(),
    );
    expect(Object.fromEntries(listed.map(({ keyId, state }) => [keyId, state]))).toEqual(this.expectedList());
    expect(await terminalsOn(this.board)).toEqual(listed);
    expect(log).toEqual(model.log);
  }

  /** Each instance heard of exactly those of its connections that others have displaced. */
  async compareHints(): Promise<void> {
    const heard: string[] = [];
    for (const name of INSTANCES) {
      const channel = this.test.keys.channel(PARTITION, this.configs[name]!.incarnation);
      const hints = await this.ear.take(this.test.redis, channel);
      const displaced = hints.filter((hint) => hint.startsWith('displaced\n'));
      heard.push(...displaced.map((hint) => `${name} ${hint.split('\n').slice(1).join(' ')}`));
    }
    expect(heard.sort()).toEqual([...this.model.displaced].sort());
  }

  /** Terminals in the store's list: those with a device id for good, others while they are online. */
  private expectedEntries(): Record<string, string> {
    const listed = [...this.model.endpoints].filter(
      ([keyId, { state }]) => keyId === 'device' || (keyId === 'nameless' && state === 'online'),
    );
    return Object.fromEntries(listed.map(([keyId, { state }]) => [keyId, state]));
  }

  /** The same as readers see it: nobody is online whose instance has no lease. */
  private expectedList(): Record<string, string> {
    const seen = Object.entries(this.expectedEntries()).flatMap(([keyId, state]) => {
      const isGhost = state === 'online' && this.model.lapsed.has(this.model.endpoints.get(keyId)!.instance);
      if (!isGhost) return [[keyId, state]];
      return keyId === 'device' ? [[keyId, 'reconnecting']] : [];
    });
    return Object.fromEntries(seen) as Record<string, string>;
  }

  private connectionOf(key: number, age: number): ModelConnection | undefined {
    return this.model.connections.get(KEYS[key]!.keyId)?.at(-1 - age);
  }

  private nothing(): void {
    this.ranScript = false;
  }

  private name(part: string): string {
    return this.test.keys.of(PARTITION, part);
  }
}

function stateOf(entries: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(entries).map(([id, text]) => [id, (JSON.parse(text) as { state: string }).state]),
  );
}
