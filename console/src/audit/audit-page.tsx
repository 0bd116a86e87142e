import { useEffect, useState } from 'preact/hooks';
import { api } from '../api/client.js';
import { wordsOf } from '../api/failure.js';
import type { AuditPage as ActsPage, AuditView } from '../api/views.js';
import { paths } from '../paths.js';
import { Page } from '../shell/page.js';
import { Button, EmptyState, Field, Moment, SearchField, Table, type Column } from '../ui/index.js';
import { ACTIONS, actInWords, actorInWords, filteredActs, type ActFilter } from './act-words.js';

const PAGE_SIZE = '100';

const COLUMNS: readonly Column<AuditView>[] = [
  { name: 'When', cell: ({ at }) => <Moment at={Date.parse(at)} /> },
  { name: 'Who', cell: ({ actor }) => actorInWords(actor) },
  { name: 'Did what', cell: (act) => <Done act={act} /> },
  { name: 'Group', cell: ({ groupId }) => groupId ?? '–' },
  { name: 'From', cell: ({ from }) => <code>{from}</code> },
];

/** Who changed what, when and from where. */
export function AuditPage() {
  const { acts, next, problem, isBusy, load } = useActs();
  const [filter, setFilter] = useState<ActFilter>({ action: '', search: '' });
  return (
    <Page title="Audit" actions={<Button onClick={() => void load()}>Reload</Button>}>
      <Filter filter={filter} onChange={setFilter} />
      {problem !== '' && (
        <p class="notice notice--bad" role="alert">
          {problem}
        </p>
      )}
      {acts && (
        <Table
          caption="Acts"
          columns={COLUMNS}
          rows={filteredActs(acts, filter)}
          keyOf={({ id }) => id}
          empty={
            <EmptyState
              title={acts.length === 0 ? 'Nothing was done yet' : 'Nothing of what is loaded matches'}
            />
          }
        />
      )}
      {next !== undefined && (
        <Button isBusy={isBusy} onClick={() => void load(next)}>
          Load older ones
        </Button>
      )}
    </Page>
  );
}

function useActs() {
  const [acts, setActs] = useState<readonly AuditView[]>();
  const [next, setNext] = useState<string>();
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  /** @param before of the page that follows what is shown; without it everything is read anew */
  const load = async (before?: string) => {
    setBusy(true);
    setProblem('');
    try {
      const page = await api.get<ActsPage>('/audit', { before, limit: PAGE_SIZE });
      setActs((shown) => [...((before !== undefined && shown) || []), ...page.acts]);
      setNext(page.next);
    } catch (error) {
      setProblem(wordsOf(error));
    }
    setBusy(false);
  };
  useEffect(() => void load(), []);
  return { acts, next, problem, isBusy, load };
}

function Filter({ filter, onChange }: { filter: ActFilter; onChange: (filter: ActFilter) => void }) {
  return (
    <div class="filters" role="search">
      <SearchField
        hint="Who, to what, group, address"
        value={filter.search}
        onInput={(search) => onChange({ ...filter, search })}
      />
      <Field label="Action" isLabelHidden>
        {(control) => (
          <select
            {...control}
            value={filter.action}
            onChange={(event) => onChange({ ...filter, action: event.currentTarget.value })}
          >
            <option value="">All actions</option>
            {ACTIONS.map((action) => (
              <option key={action}>{action}</option>
            ))}
          </select>
        )}
      </Field>
    </div>
  );
}

function Done({ act }: { act: AuditView }) {
  const { done, subject } = actInWords(act);
  const isPayment = act.action === 'payment.resolved' && act.groupId !== undefined;
  return (
    <span class="break">
      {done}{' '}
      {isPayment ? (
        <a href={paths.payment(act.groupId!, act.subject)}>{subject}</a>
      ) : (
        subject !== undefined && <code>{subject}</code>
      )}
    </span>
  );
}
