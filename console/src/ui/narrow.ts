import { signal } from '@preact/signals';

/** As in the style sheets: below this, rows have two lines. */
const query = matchMedia('(max-width: 40rem)');

/** Whether the page is as narrow as a phone, for what has to know its height beforehand. */
export const isNarrow = signal(query.matches);
query.addEventListener('change', ({ matches }) => (isNarrow.value = matches));
