import type { ComponentChildren } from 'preact';

/** What a state means for whoever looks after the shop. */
export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'off';

/** A sign that differs in shape as well as in colour: full, ringed, half, crossed, hollow. Its meaning stands beside it. */
export function StatusDot({ tone }: { tone: Tone }) {
  return (
    <svg class={`dot dot--${tone}`} viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      {SHAPES[tone]}
    </svg>
  );
}

const SHAPES = {
  good: <circle cx="6" cy="6" r="5" class="dot__fill" />,
  busy: (
    <>
      <circle cx="6" cy="6" r="5" class="dot__line" />
      <circle cx="6" cy="6" r="2.6" class="dot__fill" />
    </>
  ),
  warn: (
    <>
      <circle cx="6" cy="6" r="5" class="dot__line" />
      <path d="M6 1a5 5 0 0 1 0 10z" class="dot__fill" />
    </>
  ),
  bad: <path d="M2 2l8 8m0-8l-8 8" class="dot__line" />,
  off: <circle cx="6" cy="6" r="5" class="dot__line" />,
} satisfies Record<Tone, unknown>;

export function Badge({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return (
    <span class={`badge badge--${tone}`}>
      <StatusDot tone={tone} /> {children}
    </span>
  );
}
