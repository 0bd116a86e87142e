import { Injectable } from '@nestjs/common';
import type { DeviceType } from '../protocol/index.js';
import type { Session } from './session.js';

/**
 * The sockets of this instance. Several sessions of one key can be here for a moment, until the older ones are displaced.
 */
@Injectable()
export class Sessions {
  private readonly everyone = new Set<Session>();
  private readonly byKey = new Map<string, Session[]>();
  private readonly desktops = new Map<string, Set<Session>>();
  private readonly counts: Record<DeviceType, number> = { desktop: 0, terminal: 0 };
  /** How many sessions each group has. */
  private readonly groups = new Map<string, number>();

  add(session: Session): void {
    const { keyId, groupId, deviceType } = session.principal;
    this.everyone.add(session);
    const sessions = this.byKey.get(keyId);
    if (sessions) {
      sessions.push(session);
    } else {
      this.byKey.set(keyId, [session]);
    }
    if (deviceType === 'desktop') {
      const group = this.desktops.get(groupId) ?? new Set();
      this.desktops.set(groupId, group.add(session));
    }
    this.counts[deviceType]++;
    this.groups.set(groupId, (this.groups.get(groupId) ?? 0) + 1);
  }

  remove(session: Session): void {
    const { keyId, groupId, deviceType } = session.principal;
    if (!this.everyone.delete(session)) {
      return;
    }
    const sessions = this.byKey.get(keyId)!;
    sessions.splice(sessions.indexOf(session), 1);
    if (sessions.length === 0) {
      this.byKey.delete(keyId);
    }
    const group = this.desktops.get(groupId);
    if (group?.delete(session) && group.size === 0) {
      this.desktops.delete(groupId);
    }
    this.counts[deviceType]--;
    const left = this.groups.get(groupId)! - 1;
    if (left > 0) {
      this.groups.set(groupId, left);
    } else {
      this.groups.delete(groupId);
    }
  }

  get size(): number {
    return this.counts.desktop + this.counts.terminal;
  }

  /** How many sockets of one kind of device there are. */
  sizeOf(deviceType: DeviceType): number {
    return this.counts[deviceType];
  }

  /** How many groups have a socket here. */
  get groupCount(): number {
    return this.groups.size;
  }

  ofKey(keyId: string): readonly Session[] {
    return this.byKey.get(keyId) ?? [];
  }

  /** The registered session of a key under exactly this epoch. */
  registered(keyId: string, epoch: number): Session | undefined {
    return this.ofKey(keyId).find((session) => session.epoch === epoch && session.isOpen);
  }

  desktopsOf(groupId: string): Iterable<Session> {
    return this.desktops.get(groupId) ?? [];
  }

  groupsWithDesktops(): Iterable<string> {
    return this.desktops.keys();
  }

  /** A walk over them goes on when some come or go meanwhile; those who come are walked to as well. */
  all(): Iterable<Session> {
    return this.everyone;
  }
}
