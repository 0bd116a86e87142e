import { Injectable } from '@nestjs/common';
import { partitionOf, Store } from '../redis/index.js';
import { parseActivity, type Activity } from './activity.js';
import type { ListEntry } from './endpoint.js';
import { Presence } from './presence.js';
import * as scripts from './scripts.js';

/** How far a reader knows the terminal list of a group. */
export interface ListMark {
  born: string;
  revision: string;
}

export const FROM_THE_BEGINNING: ListMark = { born: '', revision: '0' };

export interface ListChanges {
  mark: ListMark;
  /** Nothing that the reader knows counts any more. */
  isReset: boolean;
  /** There is more to tell: ask again with the new mark. */
  hasMore: boolean;
  /** Without an entry: removed. */
  changed: { keyId: string; entry: ListEntry | undefined }[];
  /** Whose lease lives: what is `online` elsewhere is not, see {@link asSeen}. */
  instances: string[];
}

/** Entries that are told at once: more would hold up others in the store and here. */
const LIST_PAGE = 200;

/** Reads the terminal lists of groups by what has changed in them. */
@Injectable()
export class ListReader {
  constructor(
    private readonly store: Store,
    private readonly presence: Presence,
  ) {}

  /**
   * What has changed in the list of a group since a reader last asked: entries of all terminals that were ever connected, except
   * dropped ones without a device id. At most {@link LIST_PAGE} at a time.
   * @param mark of the answer before; {@link FROM_THE_BEGINNING} at first
   */
  async changes(groupId: string, mark: ListMark): Promise<ListChanges> {
    const of = (name: string) => this.keyOf(groupId, name);
    const answer = await this.store.run(
      scripts.list,
      {
        revisions: of('revisions'),
        changed: of(`changed:${groupId}`),
        terminals: of(`terminals:${groupId}`),
        leases: of('leases'),
      },
      { group: groupId, ...mark, limit: LIST_PAGE },
    );
    return {
      mark: answer.mark,
      isReset: answer.mark.born !== mark.born,
      hasMore: answer.hasMore,
      changed: answer.keyIds.map((keyId, i) => {
        const text = answer.entries[i];
        return { keyId, entry: text ? (JSON.parse(text) as ListEntry) : undefined };
      }),
      instances: answer.instances,
    };
  }

  /** What was last heard of terminals of a group, in their order. */
  async activityOf(groupId: string, keyIds: readonly string[]): Promise<Activity[]> {
    const texts = await this.store.ask((redis) =>
      redis.hmget(this.keyOf(groupId, `seen:${groupId}`), ...keyIds),
    );
    return texts.map(parseActivity);
  }

  private keyOf(groupId: string, name: string): string {
    return this.presence.keys.of(partitionOf(groupId), name);
  }
}
