import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export interface PageProps {
  title: string;
  /** Beside the title: what one can do here. */
  actions?: ComponentChildren;
  /** The page fills the window and scrolls inside. */
  isFull?: boolean;
  children: ComponentChildren;
}

/** False until the first page is shown: whoever opens the console has not asked to be moved anywhere. */
let hasShown = false;

/** One page: its title in the window, and the focus on its heading when one comes from another page. */
export function Page({ title, actions, isFull = false, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Terminal Gateway`;
    if (hasShown) heading.current?.focus({ preventScroll: true });
    hasShown = true;
  }, [title]);
  return (
    <div class={isFull ? 'page page--full' : 'page'}>
      <header class="page__head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {actions && <div class="page__actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
