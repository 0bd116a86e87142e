import { useEffect, useState } from 'preact/hooks';
import { api } from '../api/client.js';
import { wordsOf } from '../api/failure.js';
import type { EndpointsView, EndpointView } from '../api/views.js';
import { Page } from '../shell/page.js';
import { Badge, Button, EmptyState, SearchField, Table, type Column } from '../ui/index.js';
import { wordSearch } from '../ui/word-search.js';
import { Deliveries } from './deliveries.js';
import { disabledInWords } from './delivery-words.js';

/** Where groups want to be told of their payments, and what became of it. */
export function WebhooksPage() {
  const [endpoints, setEndpoints] = useState<readonly EndpointView[]>();
  const [problem, setProblem] = useState('');
  const [search, setSearch] = useState('');
  const [open, setOpen] = useState<EndpointView>();
  const load = async () => {
    setProblem('');
    try {
      setEndpoints(await allEndpoints());
    } catch (error) {
      setProblem(wordsOf(error));
    }
  };
  useEffect(() => void load(), []);

  return (
    <Page title="Webhooks" actions={<Button onClick={() => void load()}>Reload</Button>}>
      {problem !== '' && (
        <p class="notice notice--bad" role="alert">
          {problem}
        </p>
      )}
      <div class="filters" role="search">
        <SearchField hint="Group, address, endpoint" value={search} onInput={setSearch} />
      </div>
      {endpoints && (
        <Table
          caption="Webhook endpoints"
          columns={columns(setOpen)}
          rows={matching(endpoints, search)}
          keyOf={({ groupId, endpointId }) => `${groupId}/${endpointId}`}
          empty={<Empty isFiltered={endpoints.length > 0} />}
        />
      )}
      {open && <Deliveries of={open} onClose={() => setOpen(undefined)} />}
    </Page>
  );
}

/** @throws ApiFailure */
async function allEndpoints(): Promise<EndpointView[]> {
  const endpoints: EndpointView[] = [];
  let after: string | undefined;
  do {
    const page: EndpointsView = await api.get<EndpointsView>('/webhooks', { after });
    endpoints.push(...page.endpoints);
    after = page.next;
  } while (after !== undefined);
  return endpoints;
}

function Empty({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) return <EmptyState title="No endpoint matches" />;
  return (
    <EmptyState title="No webhook endpoints yet">
      A group adds one with <code>POST /v1/webhooks/endpoints</code>, signed with a till’s key.
    </EmptyState>
  );
}

function matching(endpoints: readonly EndpointView[], search: string): EndpointView[] {
  const isFound = wordSearch(search);
  return endpoints.filter(({ groupId, endpointId, url, description = '' }) =>
    isFound(`${groupId}\n${endpointId}\n${url}\n${description}`),
  );
}

function columns(onOpen: (endpoint: EndpointView) => void): Column<EndpointView>[] {
  return [
    { name: 'Group', cell: ({ groupId }) => groupId },
    { name: 'Endpoint', cell: (endpoint) => <Endpoint of={endpoint} /> },
    { name: 'Events', cell: ({ events }) => events.join(', ') },
    { name: 'Status', cell: (endpoint) => <Status of={endpoint} /> },
    {
      name: 'Deliveries',
      cell: (endpoint) => (
        <Button label={`Show deliveries to ${endpoint.url}`} onClick={() => onOpen(endpoint)}>
          Show
        </Button>
      ),
    },
  ];
}

function Endpoint({ of: { url, endpointId, description } }: { of: EndpointView }) {
  return (
    <span class="endpoint">
      {url}
      <br />
      <span class="muted">
        <code>{endpointId}</code> {description}
      </span>
    </span>
  );
}

function Status({ of: endpoint }: { of: EndpointView }) {
  const why = disabledInWords(endpoint);
  if (why === undefined) return <Badge tone="good">Active</Badge>;
  return (
    <span>
      <Badge tone="off">Disabled</Badge>
      <br />
      <span class="muted">{why}</span>
    </span>
  );
}
