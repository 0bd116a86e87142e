/** The latest members that were added, up to a number of them. */
export class RecentSet {
  private readonly members = new Set<string>();

  constructor(private readonly limit: number) {}

  /** @returns false if it was there already */
  add(member: string): boolean {
    if (this.members.has(member)) return false;
    this.members.add(member);
    if (this.members.size > this.limit) this.members.delete(this.members.values().next().value!);
    return true;
  }
}
