import type { TerminalCondition } from '../api/views.js';
import { Choice, Field, SearchField, StatusDot } from '../ui/index.js';
import type { Counts, FloorFilter } from './board.js';
import { CONDITIONS } from './conditions.js';
import { board, floorFilter } from './floor-store.js';

/** More would make no list that helps to choose. */
const MOST_GROUPS = 50;

export function FloorFilters({ counts }: { counts: Counts }) {
  const { condition, groupId, text } = floorFilter.value;
  const names = Object.keys(CONDITIONS) as TerminalCondition[];
  const set = (change: Partial<FloorFilter>) => (floorFilter.value = { ...floorFilter.value, ...change });
  return (
    <div class="filters">
      <Choice
        label="Condition"
        value={condition}
        options={[
          { value: 'all', text: <>All {counts.all}</> },
          ...names.map((name) => ({ value: name, text: <ConditionText name={name} count={counts[name]} /> })),
        ]}
        onChoose={(chosen) => set({ condition: chosen })}
      />
      <SearchField
        label="Search terminal, key or instance"
        hint="Search"
        value={text}
        onInput={(wanted) => set({ text: wanted })}
      />
      <Field label="Group" isLabelHidden>
        {(input) => (
          <>
            <input
              {...input}
              type="search"
              placeholder="Group"
              list="floor-groups"
              value={groupId}
              onInput={(event) => set({ groupId: event.currentTarget.value })}
            />
            <datalist id="floor-groups">
              {board.groups(groupId, MOST_GROUPS).map((name) => (
                <option key={name} value={name} />
              ))}
            </datalist>
          </>
        )}
      </Field>
    </div>
  );
}

function ConditionText({ name, count }: { name: TerminalCondition; count: number }) {
  return (
    <>
      <StatusDot tone={CONDITIONS[name].tone} /> {CONDITIONS[name].name} {count}
    </>
  );
}
