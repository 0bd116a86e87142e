import type { JSX } from 'preact';
import { useId } from 'preact/hooks';

/** What ties a control to its label, its hint and its error. */
export interface ControlProps {
  id: string;
  'aria-describedby'?: string;
  'aria-invalid'?: boolean;
}

export interface FieldProps {
  label: string;
  hint?: string;
  error?: string;
  /** The label is there for those who do not see the field. */
  isLabelHidden?: boolean;
  class?: string;
  children: (control: ControlProps) => JSX.Element;
}

export function Field({
  label,
  hint,
  error,
  isLabelHidden = false,
  class: extra = '',
  children,
}: FieldProps) {
  const id = useId();
  const hintId = hint ? `${id}-hint` : '';
  const errorId = error ? `${id}-error` : '';
  const described = `${errorId} ${hintId}`.trim();
  const control: ControlProps = { id, 'aria-invalid': Boolean(error) };
  if (described !== '') control['aria-describedby'] = described;
  return (
    <div class={`field ${extra}`}>
      <label class={isLabelHidden ? 'visually-hidden' : 'field__label'} for={id}>
        {label}
      </label>
      {children(control)}
      {hint && (
        <span class="field__hint" id={hintId}>
          {hint}
        </span>
      )}
      <span class="field__error" id={errorId || undefined} role="alert">
        {error}
      </span>
    </div>
  );
}
