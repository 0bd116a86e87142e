import { useEffect, useState } from 'preact/hooks';
import { wordsOf } from '../api/failure.js';
import type { IssuedKeyView, KeyKind, KeyView } from '../api/views.js';
import { Page } from '../shell/page.js';
import { Badge, Button, EmptyState, Field, SearchField, VirtualList } from '../ui/index.js';
import { CreateKey } from './create-key.js';
import { IssuedKey } from './issued-key.js';
import { KeyDetail } from './key-detail.js';
import { EVERY_KEY, type KeyFilter } from './key-filter.js';
import { failure, filter, isComplete, keys, load, shown } from './key-list.js';
import { KIND_NAMES } from './kinds.js';

const ROW_PX = 44;
const HEAD = ['Key', 'Kind', 'Group', 'Device', 'State'];

/** Every key of every group. */
export function KeysPage() {
  const [isCreating, setCreating] = useState(false);
  const [issued, setIssued] = useState<IssuedKeyView>();
  const [openId, setOpenId] = useState<string>();
  useEffect(() => void load(), []);
  const issue = (next: IssuedKeyView) => {
    setCreating(false);
    setOpenId(undefined);
    setIssued(next);
  };
  return (
    <Page
      title="Keys"
      isFull
      actions={
        <Button kind="primary" onClick={() => setCreating(true)}>
          Create a key
        </Button>
      }
    >
      <Filter />
      <Count />
      <List onOpen={({ id }) => setOpenId(id)} />
      {isCreating && <CreateKey onClose={() => setCreating(false)} onIssued={issue} />}
      {openId !== undefined && (
        <KeyDetail id={openId} onClose={() => setOpenId(undefined)} onIssued={issue} />
      )}
      {issued && <IssuedKey issued={issued} onClose={() => setIssued(undefined)} />}
    </Page>
  );
}

function Filter() {
  const { search, kind, state } = filter.value;
  const set = (more: Partial<KeyFilter>) => (filter.value = { ...filter.value, ...more });
  return (
    <div class="filters" role="search">
      <SearchField
        hint="Key, group, device, metadata"
        value={search}
        onInput={(text) => set({ search: text })}
      />
      <Field label="Kind" isLabelHidden>
        {(control) => (
          <select
            {...control}
            value={kind}
            onChange={(event) => set({ kind: event.currentTarget.value as KeyKind | '' })}
          >
            <option value="">All kinds</option>
            {Object.entries(KIND_NAMES).map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="State" isLabelHidden>
        {(control) => (
          <select
            {...control}
            value={state}
            onChange={(event) => set({ state: event.currentTarget.value as KeyFilter['state'] })}
          >
            <option value="">All states</option>
            <option value="enabled">Enabled</option>
            <option value="disabled">Disabled</option>
          </select>
        )}
      </Field>
    </div>
  );
}

function Count() {
  const of = shown.value.length === keys.value.length ? '' : ` of ${keys.value.length.toLocaleString()}`;
  const more = isComplete.value ? '' : ', reading on …';
  return (
    <p class="muted" role="status">
      {failure.value === undefined
        ? `${shown.value.length.toLocaleString()}${of} keys${more}`
        : wordsOf(failure.value)}
    </p>
  );
}

function List({ onOpen }: { onOpen: (key: KeyView) => void }) {
  if (shown.value.length > 0) {
    return (
      <VirtualList
        label="Keys"
        class="key-list"
        head={HEAD}
        rows={shown.value}
        keyOf={({ id }) => id}
        rowHeight={ROW_PX}
        onOpen={onOpen}
      >
        {(key) => <Row key_={key} />}
      </VirtualList>
    );
  }
  if (!isComplete.value) return null;
  if (keys.value.length > 0) {
    return (
      <EmptyState title="No key matches">
        <Button onClick={() => (filter.value = EVERY_KEY)}>Show all</Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No keys yet">
      Every till and every terminal connects with a key of its own. Create the first one.
    </EmptyState>
  );
}

function Row({ key_: { id, kind, groupId, deviceId, isDisabled } }: { key_: KeyView }) {
  return (
    <>
      <span role="cell" class="mono">
        {id}
      </span>
      <span role="cell">{KIND_NAMES[kind]}</span>
      <span role="cell">{groupId ?? 'all groups'}</span>
      <span role="cell" class="mono">
        {deviceId ?? '–'}
      </span>
      <span role="cell">
        <Badge tone={isDisabled ? 'off' : 'good'}>{isDisabled ? 'Disabled' : 'Enabled'}</Badge>
      </span>
    </>
  );
}
