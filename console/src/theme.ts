import { effect, signal } from '@preact/signals';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const STORED_AS = 'terminal-gateway-theme';

/** What the reader chose; `auto` follows the system. */
export const theme = signal<Theme>(stored());

/** Raised when colours change, for what is drawn rather than styled. */
export const palette = signal(0);

export function startTheme(): void {
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
    localStorage.setItem(STORED_AS, theme.value);
    palette.value = palette.peek() + 1;
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => palette.value++);
}

export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length]!;
}

function stored(): Theme {
  const found = localStorage.getItem(STORED_AS);
  return THEMES.find((name) => name === found) ?? 'auto';
}
