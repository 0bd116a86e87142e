import type { TransactionState } from '../api/views.js';
import { Button, Field } from '../ui/index.js';
import { feedFilter, setFilter } from './feed-store.js';
import type { FeedFilter } from './feed.js';
import { STATES } from './states.js';

/** A group, a terminal and a transaction are asked for by their whole names, so the question waits until they are written. */
const NAMES = [
  ['group', 'Group'],
  ['terminal', 'Terminal'],
  ['transaction', 'Transaction id'],
] as const;

export function FeedFilters() {
  const filter = feedFilter.value;
  const set = (change: FeedFilter) => setFilter({ ...filter, ...change });
  return (
    <div class="filters">
      <Field label="State" isLabelHidden>
        {(input) => (
          <select
            {...input}
            value={filter.status ?? ''}
            onChange={({ currentTarget: { value } }) => set({ status: value as TransactionState })}
          >
            <option value="">Every state</option>
            {Object.entries(STATES).map(([state, { name }]) => (
              <option key={state} value={state}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      {NAMES.map(([name, label]) => (
        <Field key={name} label={label} isLabelHidden>
          {(input) => (
            <input
              {...input}
              type="search"
              placeholder={label}
              value={filter[name] ?? ''}
              onChange={({ currentTarget: { value } }) => set({ [name]: value.trim() })}
            />
          )}
        </Field>
      ))}
      <Button pressed={filter.attention === '1'} onClick={() => set(toggled(filter))}>
        Needs attention
      </Button>
      {Object.values(filter).some(Boolean) && (
        <Button kind="quiet" onClick={() => setFilter({})}>
          Show all
        </Button>
      )}
    </div>
  );
}

function toggled({ attention }: FeedFilter): FeedFilter {
  return attention === '1' ? { attention: undefined } : { attention: '1' };
}
