/** A set that forgets what was added longest ago, so that it never holds more than twice its size. */
export class RecentSet {
  private young = new Set<string>();
  private old = new Set<string>();

  /** @param size how many of the latest are certainly remembered */
  constructor(private readonly size: number) {}

  has(item: string): boolean {
    return this.young.has(item) || this.old.has(item);
  }

  add(item: string): void {
    if (this.young.size >= this.size) {
      this.old = this.young;
      this.young = new Set();
    }
    this.young.add(item);
  }

  delete(item: string): void {
    this.young.delete(item);
    this.old.delete(item);
  }
}
