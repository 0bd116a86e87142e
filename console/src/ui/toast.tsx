import { signal } from '@preact/signals';
import { wordsOf } from '../api/failure.js';
import { Button } from './button.js';

interface Toast {
  id: number;
  text: string;
  tone: 'good' | 'bad';
}

const SHOWN_MS = 6_000;

const toasts = signal<Toast[]>([]);
let latest = 0;

/** Says in passing that something has been done. */
export function tell(text: string): void {
  const id = show(text, 'good');
  setTimeout(() => dismiss(id), SHOWN_MS);
}

/** Says that something could not be done; stays until it is put away. */
export function tellFailure(error: unknown): void {
  show(wordsOf(error), 'bad');
}

/** Where they appear; once in the page. */
export function Toasts() {
  return (
    <div class="toasts" role="status">
      {toasts.value.map(({ id, text, tone }) => (
        <div key={id} class={`toast toast--${tone}`}>
          <span>{text}</span>
          <Button kind="quiet" label="Dismiss" onClick={() => dismiss(id)}>
            ✕
          </Button>
        </div>
      ))}
    </div>
  );
}

function show(text: string, tone: Toast['tone']): number {
  const others = toasts.value.filter((toast) => toast.text !== text);
  toasts.value = [...others, { id: ++latest, text, tone }];
  return latest;
}

function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}
