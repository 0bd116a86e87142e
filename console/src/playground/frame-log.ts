import { computed, signal } from '@preact/signals';
import type { FrameEntry } from './frame-entry.js';

/** Enough for an hour of trying; the page must not grow for ever. */
const MOST_ENTRIES = 500;

/** What one device has sent and received, as far as the reader wants to see it. */
export class FrameLog {
  readonly showsHeartbeats = signal(false);
  /** While paused the view stands still; what comes meanwhile is shown afterwards. */
  readonly isPaused = signal(false);
  /** Oldest first. */
  readonly visible = computed(() => {
    const entries = this.frozen.value ?? this.entries.value;
    return this.showsHeartbeats.value ? entries : entries.filter(({ isHeartbeat }) => !isHeartbeat);
  });
  private readonly entries = signal<readonly FrameEntry[]>([]);
  private readonly frozen = signal<readonly FrameEntry[] | undefined>(undefined);

  add(entry: FrameEntry): void {
    this.entries.value = [...this.entries.value, entry].slice(-MOST_ENTRIES);
  }

  pause(isPaused: boolean): void {
    this.isPaused.value = isPaused;
    this.frozen.value = isPaused ? this.entries.value : undefined;
  }

  clear(): void {
    this.entries.value = [];
    if (this.isPaused.value) this.frozen.value = [];
  }

  /** The visible entries, one per line: time, direction and the text as it was on the wire. */
  asText(): string {
    return this.visible.value
      .map(({ at, direction, text }) => `${new Date(at).toISOString()} ${MARKS[direction]} ${text}`)
      .join('\n');
  }
}

const MARKS = { in: '<', out: '>', note: '#' } as const;
