import { Field } from './field.js';

export interface SearchFieldProps {
  /** What is searched, for those who see the field. */
  hint: string;
  /** The same for those who do not. */
  label?: string;
  value: string;
  onInput: (value: string) => void;
}

/** A field that narrows a list down with every keystroke. */
export function SearchField({ hint, label = 'Search', value, onInput }: SearchFieldProps) {
  return (
    <Field label={label} isLabelHidden class="filters__wide">
      {(control) => (
        <input
          {...control}
          type="search"
          placeholder={hint}
          value={value}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
