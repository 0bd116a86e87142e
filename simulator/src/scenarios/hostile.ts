import { CLOSE, errorFrame, paymentComplete } from '../conformance/contract.js';
import { Mismatch } from '../conformance/mismatch.js';
import { scenarios } from '../conformance/scenario.js';
import { extension, NUMBER, text, TIME } from '../conformance/shape.js';

const NO_OBJECTS = [
  '',
  '{',
  'null',
  '7',
  '"ping"',
  '[{"action":"ping"}]',
  '{"action":"ping",}',
  '{"action":"ping"}{}',
];
const NO_ACTIONS = [
  '{}',
  '{"action":""}',
  '{"action":1}',
  '{"action":null}',
  '{"__proto__":{"action":"ping"}}',
];
/** Frames within a second, well above any limit that a gateway would have. */
const FLOOD = 300;
/** Well above MAX_FRAME_BYTES of any gateway. */
const TOO_BIG = 4 * 1024 * 1024;

export const HOSTILE = scenarios('hostile', 'published', [
  {
    name: 'malformed-frames',
    about: 'what is no JSON object gets one error each, and the connection stays',
    async alone(till) {
      for (const frame of NO_OBJECTS) await till.asks(frame, errorFrame('INVALID_JSON'));
      await till.asks(Buffer.from('{"action":"ping"}'), errorFrame('INVALID_JSON'));
      await till.asks({ action: 'ping' }, { action: 'pong', timestamp: TIME });
      till.compares(NO_OBJECTS.length + 1, till.now.all('error').length, 'one error for each frame');
    },
  },
  {
    name: 'no-action',
    about: 'an object without an action, or with an inherited one, is told so',
    layer: 'chosen',
    async alone(till) {
      for (const frame of NO_ACTIONS) await till.asks(frame, errorFrame('ACTION_REQUIRED'));
    },
  },
  {
    name: 'unknown-action',
    about: 'an action that nobody knows is named, cut short and without control characters',
    layer: 'chosen',
    async alone(till) {
      await till.asks({ action: 'fly' }, errorFrame('UNKNOWN_ACTION'));
      const message = text(/^Unknown action: [\x20-\x7e]{0,67}…?$/);
      const refused = { action: 'error', error: 'Bad Request', message };
      await till.asks({ action: `\u001b[2J${'x'.repeat(500)}` }, refused);
      for (const action of ['__proto__', 'constructor', 'toString']) await till.asks({ action }, refused);
    },
  },
  {
    name: 'malformed-in-payment',
    about: 'garbage from a terminal in the middle of a payment harms nothing but itself',
    async play(stage) {
      const { till, terminal, asked } = await stage.begins();
      await terminal.asks('{"action":"paymentResponse","paym', errorFrame('INVALID_JSON'));
      await terminal.asks({ action: 'paymentResponse' }, { action: 'error', error: 'Bad Request' });
      await terminal.asks(
        { action: 'paymentResponse', paymentResponse: [] },
        { action: 'error', error: 'Bad Request' },
      );
      await stage.ends(asked);
      await till.getsNo('error');
    },
  },
  {
    name: 'bytes-that-are-no-text',
    about: 'a text frame that is no UTF-8 gets an error or ends that connection, and no other',
    layer: 'chosen',
    needs: { tills: 2, terminals: 0 },
    async play(stage) {
      const { till } = stage;
      const neighbour = await stage.tills[1]!.connects();
      await till.connects();
      till.now.sendAsText(Buffer.from([0x7b, 0x22, 0xff, 0xc3, 0x28, 0x22, 0x7d]));
      const answer = await Promise.race([
        till.now.next('an error', ({ action }) => action === 'error', stage.after(0)).catch(() => undefined),
        till.now.closed,
      ]);
      if (!answer) throw new Mismatch('an error or a close', 'nothing');
      await neighbour.catchesUp();
    },
  },
  {
    name: 'in-fragments',
    about: 'a frame in fragments is one frame',
    async alone(till) {
      till.now.sendInFragments(['{"act', 'ion":"p', 'ing"', '}']);
      await till.gets({ action: 'pong', timestamp: TIME });
    },
  },
  {
    name: 'deeply-nested',
    about: 'nesting far beyond need is refused and stops nobody',
    layer: 'chosen',
    async alone(till) {
      const depth = 5_000;
      const nested = `{"action":"ping","a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
      await till.asks(nested, errorFrame('INVALID_JSON'));
      await till.asks({ action: 'ping' }, { action: 'pong' });
    },
  },
  {
    name: 'oversized',
    about: 'a frame above the limit closes its connection with 1009; a payment of the others goes on',
    layer: 'chosen',
    needs: { tills: 2 },
    async play(stage) {
      const hostile = await stage.tills[1]!.connects();
      const { asked } = await stage.begins();
      hostile.sends(`{"action":"ping","a":"${'x'.repeat(TOO_BIG)}"}`);
      await hostile.isClosedWith(CLOSE.tooBig, stage.after(0));
      await stage.ends(asked);
      await hostile.connects();
    },
  },
  {
    name: 'flood',
    about: 'who sends too much is told RATE_LIMITED and when to go on; a payment of the others goes on',
    layer: 'chosen',
    needs: { tills: 2 },
    async play(stage) {
      const hostile = await stage.tills[1]!.connects();
      const { asked } = await stage.begins();
      for (let i = 0; i < FLOOD; i++) hostile.sends({ action: 'ping' });
      const error = 'Too Many Requests';
      await hostile.gets({ action: 'error', error, code: extension('RATE_LIMITED'), retryAfterMs: NUMBER });
      hostile.drops();
      await stage.ends(asked);
    },
  },
  {
    name: 'members-of-the-language',
    about: 'members named after the language poison nothing',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      till.sends('{"action":"ping","__proto__":{"isAdmin":true},"constructor":{"prototype":{"x":1}}}');
      await till.gets({ action: 'pong' });
      const asked = await stage.handsOver({
        metadata: JSON.parse('{"__proto__":{"x":1},"constructor":"c"}') as object,
      });
      terminal.answers(asked, 'SUCCESS');
      await till.gets(paymentComplete(asked, 'SUCCESS', { metadata: { constructor: 'c' } }));
    },
  },
  {
    name: 'error-tells-no-payload',
    about: 'no error repeats what was sent',
    layer: 'chosen',
    async alone(till) {
      const secret = 'card-4111111111111111';
      till.sends(`{"action":"payment","${secret}`);
      till.sends({
        action: 'payment',
        terminalId: 'X',
        paymentRequest: { amount: secret, currency: secret },
      });
      for (let i = 0; i < 2; i++) {
        const error = await till.gets({ action: 'error' });
        const shown = till.now.textOf(error);
        if (shown.includes(secret)) throw new Mismatch('an error without the payload', shown);
      }
    },
  },
]);
