import type { ComponentChildren } from 'preact';

export interface ButtonProps {
  children: ComponentChildren;
  kind?: 'primary' | 'plain' | 'danger' | 'quiet';
  type?: 'button' | 'submit';
  onClick?: (event: MouseEvent) => void;
  disabled?: boolean;
  /** Something is under way: a second press would do it twice. */
  isBusy?: boolean;
  /** For a button that is on or off. */
  pressed?: boolean;
  /** Name for those who do not see it, when the text does not say it. */
  label?: string;
  class?: string;
}

export function Button({
  children,
  kind = 'plain',
  type = 'button',
  isBusy = false,
  disabled = false,
  pressed,
  label,
  class: extra = '',
  onClick,
}: ButtonProps) {
  return (
    <button
      class={`button button--${kind} ${extra}`}
      type={type}
      disabled={disabled || isBusy}
      aria-busy={isBusy}
      aria-pressed={pressed}
      aria-label={label}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
