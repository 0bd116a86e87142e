import { pino, type DestinationStream } from 'pino';

const ERROR = pino.levels.values['error']!;

/**
 * Writes the lines of one turn of the event loop at once: a system call for each would cost a payment more than most of its steps.
 * A process that is killed loses at most the lines of that turn; what is an error or worse is written immediately.
 */
export class GatheredLines implements DestinationStream {
  /** Set by the logger before each line. */
  lastLevel = 0;
  private lines = '';

  constructor(private readonly stream: DestinationStream) {
    // Asks the logger to.
    Object.assign(this, { [Symbol.for('pino.metadata')]: true });
    process.on('exit', () => this.flush());
  }

  write(line: string): void {
    if (this.lines === '') {
      setImmediate(() => this.flush());
    }
    this.lines += line;
    if (this.lastLevel >= ERROR) {
      this.flush();
    }
  }

  private flush(): void {
    const gathered = this.lines;
    this.lines = '';
    if (gathered !== '') {
      this.stream.write(gathered);
    }
  }
}
