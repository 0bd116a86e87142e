/** Something that was waited for did not come. */
export class Missed extends Error {
  override readonly name = 'Missed';

  constructor(
    readonly expected: string,
    readonly came: string,
  ) {
    super(`expected ${expected}, ${came}`);
  }
}

interface Waiter<T> {
  matches: (item: T) => boolean;
  give: (item: T) => void;
  fail: (came: string) => void;
}

/** What came and nobody has taken yet. */
export class Inbox<T> {
  private untaken: T[] = [];
  private readonly waiters = new Set<Waiter<T>>();
  /** Why nothing comes any more. */
  private ended: string | undefined;

  /** Gives it to whoever waits for such a thing, or keeps it. */
  add(item: T): void {
    for (const waiter of this.waiters) {
      if (waiter.matches(item)) return waiter.give(item);
    }
    this.untaken.push(item);
  }

  /** Nothing comes any more: nobody waits in vain. What came before can still be taken. */
  end(why: string): void {
    this.ended = why;
    for (const waiter of this.waiters) waiter.fail(why);
  }

  /**
   * The first match that no earlier call was given; waits for it if there is none yet.
   * @throws Missed when the time is over or nothing comes any more
   */
  next(expected: string, matches: (item: T) => boolean, limitMs: number): Promise<T> {
    const index = this.untaken.findIndex(matches);
    if (index >= 0) return Promise.resolve(this.untaken.splice(index, 1)[0]!);
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.waiters.delete(waiter);
      };
      const waiter: Waiter<T> = {
        matches,
        give: (item) => (end(), resolve(item)),
        fail: (came) => (end(), reject(new Missed(expected, came))),
      };
      const timer = setTimeout(() => waiter.fail(`nothing like it came within ${limitMs} ms`), limitMs);
      if (this.ended === undefined) this.waiters.add(waiter);
      else waiter.fail(this.ended);
    });
  }

  /** What came and matches is no longer there to be taken. */
  forget(matches: (item: T) => boolean): void {
    this.untaken = this.untaken.filter((item) => !matches(item));
  }
}
