import type { Tap } from '../wire/connection.js';

/** One line of what went over the wire in a scenario. */
export interface TranscriptLine {
  /** ms since the scenario began. */
  at: number;
  who: string;
  direction: '←' | '→' | '·';
  text: string;
}

const MOST_CHARACTERS = 600;

/** Everything that the devices of one scenario sent and got, in order. */
export class Transcript {
  readonly lines: TranscriptLine[] = [];
  private readonly began = Date.now();

  /** @returns what writes down the traffic of one device */
  of(who: string): Tap {
    return (direction, text) => {
      const shown =
        text.length > MOST_CHARACTERS
          ? `${text.slice(0, MOST_CHARACTERS)}… (${text.length} characters)`
          : text;
      this.lines.push({ at: Date.now() - this.began, who, direction, text: shown });
    };
  }
}

export function lineText({ at, who, direction, text }: TranscriptLine): string {
  return `${String(at).padStart(6)} ms  ${who.padEnd(14)} ${direction} ${text}`;
}
