import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Button } from './button.js';

export interface DialogProps {
  title: string;
  children: ComponentChildren;
  /** Buttons; a button that closes is there in any case. */
  footer?: ComponentChildren;
  /** By the button, by Escape, by a click beside it. */
  onClose: () => void;
  /** At the side instead of in the middle: for looking at one thing of a list. */
  isPanel?: boolean;
  /** Closing by accident would lose something that is not shown again. */
  isSticky?: boolean;
}

/** Open as long as it is rendered. The browser keeps the focus in it and gives it back afterwards. */
export function Dialog({ title, children, footer, onClose, isPanel = false, isSticky = false }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const element = dialog.current!;
    element.showModal();
    return () => element.close();
  }, []);

  return (
    <dialog
      ref={dialog}
      class={isPanel ? 'dialog dialog--panel' : 'dialog'}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        if (!isSticky) onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current && !isSticky) onClose();
      }}
    >
      <div class="dialog__body">
        <header class="dialog__head">
          <h2 id={titleId}>{title}</h2>
          <Button kind="quiet" label="Close" onClick={onClose}>
            ✕
          </Button>
        </header>
        {children}
        {footer && <footer class="dialog__foot">{footer}</footer>}
      </div>
    </dialog>
  );
}
