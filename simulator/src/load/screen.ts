import pc from 'picocolors';
import { progressLines } from './report.js';
import type { Progress } from './run.js';

const LINE_EVERY_MS = 5_000;
const UP = '\u001b[A';
const CLEAR_LINE = '\u001b[2K\r';

/** Shows how a run goes on: a table that is drawn again on a terminal, a line from time to time elsewhere. */
export class Screen {
  private drawn = 0;
  private shownAt = 0;
  private phase = '';

  constructor(
    private readonly stream: NodeJS.WriteStream,
    private readonly title: string,
  ) {}

  show(progress: Progress): void {
    if (this.stream.isTTY) this.draw(progress);
    else this.tell(progress);
  }

  /** Takes the table away, so that the report stands alone. */
  clear(): void {
    if (!this.stream.isTTY) return;
    this.stream.write(`${CLEAR_LINE}${`${UP}${CLEAR_LINE}`.repeat(this.drawn)}`);
    this.drawn = 0;
  }

  private draw(progress: Progress): void {
    const elapsed = `${(progress.elapsedMs / 1_000).toFixed(1)} s`;
    const lines = [
      `${pc.bold(this.title)}  ${pc.cyan(progress.phase)}  ${elapsed}`,
      ...progressLines(progress),
    ];
    // A line that wraps would be more than one to go up again.
    const width = this.stream.columns || 80;
    const fitting = lines.map((line) => (line.includes('\u001b') ? line : line.slice(0, width - 1)));
    this.clear();
    this.stream.write(`${fitting.join('\n')}\n`);
    this.drawn = fitting.length;
  }

  private tell({ phase, elapsedMs, begun, open, tally }: Progress): void {
    if (phase === this.phase && Date.now() - this.shownAt < LINE_EVERY_MS) return;
    this.phase = phase;
    this.shownAt = Date.now();
    const { p50, p99 } = tally.latencies.get()['whole payment'];
    const { approved, declined } = tally.endings;
    const counts = `begun ${begun}, open ${open}, approved ${approved}, declined ${declined}`;
    this.stream.write(
      `${(elapsedMs / 1_000).toFixed(0)} s ${phase}: ${counts}, p50 ${p50} ms, p99 ${p99} ms\n`,
    );
  }
}
