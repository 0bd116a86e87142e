import type { ComponentChildren } from 'preact';

/** Instead of an empty list: why it is empty, and what would fill it. */
export function EmptyState({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty__title">{title}</p>
      <div class="muted">{children}</div>
    </div>
  );
}
