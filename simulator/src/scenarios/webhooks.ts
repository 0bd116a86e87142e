import { errorBody } from '../conformance/contract.js';
import { ENDPOINTS } from '../conformance/endpoint.js';
import { scenarios, THROUGH_GRACE } from '../conformance/scenario.js';
import { including, TIME } from '../conformance/shape.js';
import type { Stage } from '../conformance/stage.js';
import { PAYMENT_WAIT_MS } from '../gateway/webhooks.js';

const ENDINGS = [
  ['SUCCESS', 'payment.completed', { authorizationCode: 'W-1', receiptData: { lines: ['ACME'] } }],
  ['FAILED', 'payment.failed', { errorCode: 'INVALID_PIN', errorMessage: 'Wrong PIN' }],
  ['CANCELLED', 'payment.cancelled', {}],
] as const;

const COMPLETED = 'payment.completed';

export const WEBHOOKS = scenarios(
  'webhooks',
  'chosen',
  [
    {
      name: 'webhook-endpoint-tested',
      about: 'a new endpoint gets a signed test call, and its secret is shown once',
      needs: { terminals: 0 },
      async play({ http }) {
        const endpoint = await http.opensEndpoint();
        const shown = { url: endpoint.hook.url, status: 'active' };
        await endpoint.becomes(shown);
        const list = { endpoints: including({ endpointId: endpoint.id, ...shown }), timestamp: TIME };
        endpoint.keepsSecret(await http.api.get(ENDPOINTS, 200, list));
      },
    },
    {
      name: 'webhook-endpoint-refused',
      about: 'a url that is not https, or that does not answer its test call with 2xx, becomes no endpoint',
      needs: { terminals: 0 },
      async play({ till, http }) {
        const hook = http.newHook();
        const { url } = hook;
        const refused = { status: 400, body: errorBody('Bad Request', 'ENDPOINT_VALIDATION_FAILED') };
        const nobody = `${url}/nobody-is-here`;
        for (const wrong of [nobody, url.replace('https', 'http'), 'no url at all']) {
          await http.api.post(ENDPOINTS, { url: wrong, events: [COMPLETED] }, refused);
        }
        const { endpoints } = await http.api.get(ENDPOINTS, 200, {});
        till.compares(false, JSON.stringify(endpoints).includes(url), 'none of them in the list');
        till.compares(0, hook.calls.length, 'no call where nobody has set an endpoint up');
      },
    },
    ...ENDINGS.map(([status, eventType, details]) => ({
      name: `webhook-${eventType.replace('.', '-')}`,
      about: `202 at once, and ${status} is told as ${eventType}, signed by the Standard Webhooks scheme`,
      async play({ http }: Stage) {
        const endpoint = await http.opensEndpoint();
        const metadata = { order: 4711 };
        const { terminal, asked } = await http.beginsForWebhook({ amount: '10.10', metadata });
        await terminal.reports(asked, status, details);
        await endpoint.gets(asked, eventType, { ...details, metadata });
        endpoint.hasCalls(asked, 1);
      },
    })),
    {
      name: 'webhook-retried',
      about: 'an event that was answered with 500 comes again, the same to the letter and signed anew',
      async play({ till, http }) {
        const endpoint = await http.opensEndpoint();
        const { terminal, asked } = await http.beginsForWebhook();
        endpoint.answers(asked, 500, 503, 204);
        terminal.answers(asked, 'SUCCESS');
        const first = await endpoint.gets(asked, COMPLETED);
        for (let i = 0; i < 2; i++) {
          const again = await endpoint.gets(asked, COMPLETED);
          till.compares(first.text, again.text, 'the same event, byte for byte');
        }
      },
    },
    {
      name: 'webhook-gone',
      about: 'after 410 an endpoint is disabled and called no more, and the others are',
      layer: 'extensions',
      async play({ http }) {
        const [gone, other] = [await http.opensEndpoint(), await http.opensEndpoint()];
        const { terminal, asked } = await http.beginsForWebhook();
        gone.answers(asked, 410);
        other.answers(asked, 500, 500, 204);
        terminal.answers(asked, 'SUCCESS');
        // The third attempt at one endpoint comes later than a second one at the other would.
        for (const endpoint of [gone, other, other, other]) await endpoint.gets(asked, COMPLETED);
        gone.hasCalls(asked, 1);
        await gone.becomes({ status: 'disabled' });
        const { asked: next } = await http.beginsForWebhook();
        terminal.answers(next, 'SUCCESS');
        await other.gets(next, COMPLETED);
        gone.hasCalls(next, 0);
      },
    },
    {
      name: 'webhook-timeout-then-result',
      about: 'a payment without a result in time is told as payment.timeout, and its result later',
      waitsFor: () => PAYMENT_WAIT_MS,
      async play(stage) {
        const endpoint = await stage.http.opensEndpoint();
        const { terminal, asked } = await stage.http.beginsForWebhook();
        const within = stage.after(PAYMENT_WAIT_MS);
        const { event: timeout } = await endpoint.gets(asked, 'payment.timeout', {}, within);
        terminal.answers(asked, 'SUCCESS');
        const { event: result } = await endpoint.gets(asked, COMPLETED);
        stage.till.compares(true, result.eventId !== timeout.eventId, 'an eventId of its own');
        stage.till.compares(true, result.data.version! > timeout.data.version!, 'a higher version');
      },
    },
    {
      name: 'webhook-chosen-events',
      about: 'an endpoint gets the events that it was set up for, and no others',
      async play({ http }) {
        const all = await http.opensEndpoint();
        const some = await http.opensEndpoint({ events: ['payment.failed'] });
        const { terminal, asked: approved } = await http.beginsForWebhook();
        terminal.answers(approved, 'SUCCESS');
        await all.gets(approved, COMPLETED);
        const { asked: declined } = await http.beginsForWebhook();
        terminal.answers(declined, 'FAILED');
        await some.gets(declined, 'payment.failed');
        some.hasCalls(approved, 0);
      },
    },
    {
      name: 'webhook-every-endpoint',
      about: 'every endpoint of the group is told of the same event, each signed with its own secret',
      needs: { tills: 2 },
      async play({ tills: [till, other], http }) {
        const endpoints = [await http.opensEndpoint(), await http.opensEndpoint({ till: other! })];
        const { terminal, asked } = await http.beginsForWebhook();
        terminal.answers(asked, 'SUCCESS');
        const [one, two] = await Promise.all(endpoints.map((endpoint) => endpoint.gets(asked, COMPLETED)));
        till!.compares(one!.event.eventId, two!.event.eventId, 'the same event at both');
      },
    },
    {
      name: 'webhook-other-group',
      about: 'an endpoint is told of nothing that happens in another group, and is not seen there',
      needs: { foreignTills: 1 },
      async play({ foreignTills: [stranger], http }) {
        const [own, foreign] = [await http.opensEndpoint(), await http.opensEndpoint({ till: stranger! })];
        const { terminal, asked } = await http.beginsForWebhook();
        terminal.answers(asked, 'SUCCESS');
        await own.gets(asked, COMPLETED);
        foreign.hasCalls(asked, 0);
        await http.api.get(foreign.path, 404, errorBody('Not Found', 'ENDPOINT_NOT_FOUND'));
      },
    },
    {
      name: 'webhook-endpoint-switched',
      about: 'a disabled or removed endpoint is called no more, one that is active again is',
      async play({ http }) {
        const [sentinel, endpoint] = [await http.opensEndpoint(), await http.opensEndpoint()];
        const told = async () => {
          const { terminal, asked } = await http.beginsForWebhook();
          await terminal.reports(asked, 'SUCCESS');
          await sentinel.gets(asked, COMPLETED);
          return asked;
        };
        await endpoint.changes({ status: 'disabled' });
        endpoint.hasCalls(await told(), 0);
        await endpoint.changes({ status: 'active' });
        await endpoint.gets(await told(), COMPLETED);
        await endpoint.remove();
        endpoint.hasCalls(await told(), 0);
        await http.api.get(endpoint.path, 404, errorBody('Not Found', 'ENDPOINT_NOT_FOUND'));
      },
    },
    {
      name: 'webhook-redelivered',
      about: 'an attempt can be read in the log and repeated: the same event, the same to the letter',
      layer: 'extensions',
      async play({ till, http }) {
        const endpoint = await http.opensEndpoint();
        const { terminal, asked } = await http.beginsForWebhook();
        terminal.answers(asked, 'SUCCESS');
        const first = await endpoint.gets(asked, COMPLETED);
        await endpoint.redelivers(asked);
        const again = await endpoint.gets(asked, COMPLETED);
        till.compares(first.text, again.text, 'the same event, byte for byte');
      },
    },
    {
      name: 'webhook-secret-rotated',
      about: 'during a rotation calls are signed with the old and the new secret',
      layer: 'extensions',
      async play({ http }) {
        const endpoint = await http.opensEndpoint();
        await endpoint.rotates();
        const { terminal, asked } = await http.beginsForWebhook();
        terminal.answers(asked, 'SUCCESS');
        await endpoint.gets(asked, COMPLETED);
      },
    },
    {
      name: 'webhook-voided',
      about: 'a void is told as payment.voided, after payment.failed and with a higher version',
      layer: 'extensions',
      setup: { latePolicy: 'void' },
      waitsFor: THROUGH_GRACE,
      async play(stage) {
        const { endpoint, asked, failed } = await failsForWebhook(stage);
        await stage.approvesLate(asked);
        stage.terminal.answersVoid(asked, 'SUCCESS');
        const { event: voided } = await endpoint.gets(asked, 'payment.voided');
        stage.till.compares(true, voided.data.version! > failed.data.version!, 'a higher version');
      },
    },
    {
      name: 'webhook-corrected',
      about: 'a late approval that is delivered is told as payment.completed, after payment.failed',
      layer: 'extensions',
      setup: { latePolicy: 'deliver' },
      waitsFor: THROUGH_GRACE,
      async play(stage) {
        const { endpoint, asked, failed } = await failsForWebhook(stage);
        stage.terminal.answers(asked, 'SUCCESS', { authorizationCode: 'LATE' });
        const { event } = await endpoint.gets(asked, COMPLETED, { authorizationCode: 'LATE' });
        stage.till.compares(true, event.eventId !== failed.eventId, 'an eventId of its own');
        stage.till.compares(true, event.data.version! > failed.data.version!, 'a higher version');
      },
    },
  ],
  { needs: { http: true }, setup: { webhooks: true } },
);

/** A payment that was given up because its terminal stayed away, told to an endpoint, and the terminal back again. */
async function failsForWebhook(stage: Stage) {
  const { http, terminal, times } = stage;
  const endpoint = await http.opensEndpoint();
  const { asked } = await http.beginsForWebhook();
  terminal.drops();
  const why = { errorCode: 'TERMINAL_DISCONNECTED' };
  const { event } = await endpoint.gets(asked, 'payment.failed', why, stage.after(times.graceMs));
  await terminal.connects();
  return { endpoint, asked, failed: event };
}
