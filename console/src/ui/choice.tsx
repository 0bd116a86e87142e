import type { ComponentChildren } from 'preact';

export interface ChoiceProps<Value extends string> {
  /** What is chosen, for those who do not see it. */
  label: string;
  value: Value;
  options: readonly { value: Value; text: ComponentChildren }[];
  onChoose: (value: Value) => void;
}

/** One of a few, all in sight. */
export function Choice<Value extends string>({ label, value, options, onChoose }: ChoiceProps<Value>) {
  return (
    <div class="choice" role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          class="choice__option"
          aria-pressed={option.value === value}
          onClick={() => onChoose(option.value)}
        >
          {option.text}
        </button>
      ))}
    </div>
  );
}
