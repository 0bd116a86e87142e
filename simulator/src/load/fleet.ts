import { CannotRun } from '../commands/cannot-run.js';
import { Journal, type Entry } from '../devices/journal.js';
import { Random } from '../devices/random.js';
import { SimulatedTerminal, type Manner } from '../devices/terminal.js';
import { SimulatedTill } from '../devices/till.js';
import type { KeyRecord } from '../gateway/keys.js';
import type { Target } from '../gateway/target.js';

export interface FleetOptions {
  /** How many of the keys are used; all if absent. */
  terminals?: number | undefined;
  tills?: number | undefined;
  seed: string;
  doubles: number;
  manner: Manner;
  /** Told of everything that a device writes down. */
  onNote?: (name: string, entry: Entry) => void;
}

/** A till and the terminals that it can pay at. */
export interface Lane {
  till: SimulatedTill;
  terminals: readonly SimulatedTerminal[];
}

/** All simulated devices of a run. */
export class Fleet {
  readonly terminals: readonly SimulatedTerminal[];
  readonly lanes: readonly Lane[];

  /** @throws CannotRun if the keys leave nobody to pay or nobody to pay at */
  constructor({ urls, keys }: Target, options: FleetOptions) {
    const { seed, manner, doubles, onNote = () => {} } = options;
    const tillKeys = keys.filter(({ deviceType }) => deviceType === 'desktop').slice(0, options.tills);
    const terminalKeys = keys.filter(({ deviceId, deviceType }) => deviceType === 'terminal' && deviceId);
    const usable = terminalKeys.slice(0, options.terminals);
    if (usable.length === 0) throw new CannotRun('The keys have no terminal with a deviceId');
    const line = ({ id, key }: KeyRecord) => ({
      ...{ name: id, urls, key },
      random: new Random(seed, id),
      journal: new Journal((entry) => onNote(id, entry)),
    });
    const pairs = usable.map(
      (key) => [key, new SimulatedTerminal(key.deviceId!, line(key), manner)] as const,
    );
    this.terminals = pairs.map(([, terminal]) => terminal);
    this.lanes = tillKeys.flatMap((key) => {
      const mine = pairs.filter(([{ groupId }]) => groupId === key.groupId).map(([, terminal]) => terminal);
      return mine.length > 0 ? [{ till: new SimulatedTill(line(key), doubles), terminals: mine }] : [];
    });
  }

  get tills(): SimulatedTill[] {
    return this.lanes.map(({ till }) => till);
  }

  get devices(): (SimulatedTerminal | SimulatedTill)[] {
    return [...this.terminals, ...this.tills];
  }

  stop(): void {
    for (const device of this.devices) device.stop();
  }
}
