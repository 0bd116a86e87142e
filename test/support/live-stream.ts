import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { onTestFinished } from 'vitest';
import { eventually } from './eventually.js';
import type { Operator } from './operator.js';

/** The console's live stream, read as its page reads it, and what it has led to. */
export class LiveStream {
  /** Terminals on the floor by `group/keyId`. */
  readonly floor = new Map<string, any>();
  /** Payments by `group/transactionId`. */
  readonly payments = new Map<string, any>();
  health: any;
  isComplete = false;
  /** How many rows each `floor` event had. */
  readonly floorEvents: number[] = [];
  comments = 0;
  /** When it ended, ms since the epoch. */
  endedAt: number | undefined;
  private rest = '';

  private constructor(
    readonly response: IncomingMessage,
    isRead: boolean,
  ) {
    response.setEncoding('utf8');
    response.on('error', () => {});
    response.once('close', () => (this.endedAt = Date.now()));
    if (isRead) response.on('data', (text: string) => this.take(text));
  }

  /** Ended with the running test. @param isRead off for a page that takes nothing from its socket */
  static async open(operator: Operator, { isRead = true } = {}): Promise<LiveStream> {
    const headers = { cookie: operator.cookie, accept: 'text/event-stream' };
    const request = get(`${operator.url}/console/api/live`, { headers });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    onTestFinished(() => void response.destroy());
    return new LiveStream(response, isRead);
  }

  get status(): number {
    return this.response.statusCode!;
  }

  /** A terminal on the floor. */
  terminal(keyId: string, groupId = 'shop'): any {
    return this.floor.get(`${groupId}/${keyId}`);
  }

  payment(transactionId: string, groupId = 'shop'): any {
    return this.payments.get(`${groupId}/${transactionId}`);
  }

  /** Resolves when everything was told once. */
  async complete(): Promise<void> {
    await eventually(() => this.isComplete && this.health !== undefined, {
      timeoutMs: 20_000,
      what: 'the snapshot',
    });
  }

  /** Resolves with the terminal's row when it is in a condition. */
  becomes(keyId: string, condition: string, timeoutMs = 5_000): Promise<any> {
    return eventually(
      () => {
        const row = this.terminal(keyId);
        if (row?.condition !== condition) throw new Error(`${keyId} is ${row?.condition}, not ${condition}`);
        return row;
      },
      { timeoutMs },
    );
  }

  private take(text: string): void {
    const blocks = (this.rest + text).split('\n\n');
    this.rest = blocks.pop()!;
    blocks.forEach((block) => this.takeEvent(block));
  }

  private takeEvent(block: string): void {
    const [, event] = /^event: (.*)$/m.exec(block) ?? [];
    const [, data] = /^data: (.*)$/m.exec(block) ?? [];
    if (event === undefined) {
      if (block.startsWith(':')) this.comments += 1;
      return;
    }
    const told = JSON.parse(data!);
    if (event === 'health') this.health = told;
    if (event === 'payments') {
      told.rows.forEach((row: any) => this.payments.set(`${row.groupId}/${row.transactionId}`, row));
    }
    if (event === 'floor') {
      this.floorEvents.push(told.rows.length);
      told.rows.forEach((row: any) => this.floor.set(`${row.groupId}/${row.keyId}`, row));
      told.gone.forEach((key: any) => this.floor.delete(`${key.groupId}/${key.keyId}`));
      this.isComplete ||= told.isComplete === true;
    }
  }
}
