import { describe, expect, it } from 'vitest';
import type { IssuedKeyView, KeyView } from '../api/views.js';
import { envLines, gatewayUrl, qrText } from './credentials.js';
import { EMPTY_DRAFT, judged, type KeyDraft } from './key-draft.js';
import { EVERY_KEY, filtered } from './key-filter.js';
import { qrPath } from './qr-path.js';

const URL_TEXT = 'wss://pay.example/v1';

function key(id: string, more: Partial<KeyView> = {}): KeyView {
  return { id, kind: 'terminal', groupId: 'shop-1', metadata: {}, isDisabled: false, ...more };
}

const issued: IssuedKeyView = { key: key('t1'), apiKey: 'ak_1', secret: 's_1' };

describe('what a new key is handed out as', () => {
  it('names the gateway that serves the page', () => {
    expect(gatewayUrl({ protocol: 'https:', host: 'pay.example' })).toBe(URL_TEXT);
    expect(gatewayUrl({ protocol: 'http:', host: 'localhost:8080' })).toBe('ws://localhost:8080/v1');
  });

  it('is lines for the environment, and text for a QR code without the secret', () => {
    expect(envLines(issued, URL_TEXT).split('\n')).toEqual([
      `GATEWAY_URL=${URL_TEXT}`,
      'GATEWAY_KEY=ak_1',
      'GATEWAY_SECRET=s_1',
    ]);
    expect(JSON.parse(qrText(issued, URL_TEXT))).toEqual({ url: URL_TEXT, key: 'ak_1' });
  });
});

describe('the QR code', () => {
  it('has a quiet zone of four modules and the corner of a finder pattern behind it', () => {
    const { size, path } = qrPath(qrText(issued, URL_TEXT));
    const bars = [...path.matchAll(/M(\d+) (\d+)h(\d+)v1h-(\d+)z/g)].map(([, ...at]) => at.map(Number));
    expect(bars.map((bar) => `M${bar[0]} ${bar[1]}h${bar[2]}v1h-${bar[3]}z`).join('')).toBe(path);
    expect(Math.min(...bars.map(([x]) => x!))).toBe(4);
    expect(Math.max(...bars.map(([x, , width]) => x! + width!))).toBe(size - 4);
    // The upper edge of both upper finder patterns: seven dark modules.
    const [first] = bars;
    expect(first).toEqual([4, 4, 7, 7]);
  });

  it('differs with what it says', () => {
    expect(qrPath('a').path).not.toBe(qrPath('b').path);
  });
});

describe('the draft of a key', () => {
  const draft = (more: Partial<KeyDraft>): KeyDraft => ({ ...EMPTY_DRAFT, ...more });

  it('asks for what was filled in, and for nothing that its kind does not have', () => {
    const filled = { groupId: 'shop-1', id: 'a', deviceId: 'TERM-001', metadata: '{"counter":"3"}' };
    expect(judged(draft({ ...filled, kind: 'terminal' }))).toEqual({
      request: {
        kind: 'terminal',
        groupId: 'shop-1',
        id: 'a',
        deviceId: 'TERM-001',
        metadata: { counter: '3' },
      },
    });
    expect(judged(draft({ ...filled, kind: 'desktop' }))).toEqual({
      request: { kind: 'desktop', groupId: 'shop-1', id: 'a' },
    });
    expect(judged(draft({ ...filled, kind: 'admin' }))).toEqual({ request: { kind: 'admin', id: 'a' } });
    expect(judged(draft({ groupId: 'g' }))).toEqual({ request: { kind: 'desktop', groupId: 'g' } });
  });

  it.each([
    [{ groupId: '' }, 'groupId'],
    [{ groupId: 'Bäckerei' }, 'groupId'],
    [{ groupId: 'g', id: 'x'.repeat(129) }, 'id'],
    [{ groupId: 'g', kind: 'terminal', deviceId: 'a\tb' }, 'deviceId'],
    [{ groupId: 'g', kind: 'terminal', metadata: '{' }, 'metadata'],
    [{ groupId: 'g', kind: 'terminal', metadata: '[1]' }, 'metadata'],
    [{ groupId: 'g', kind: 'terminal', metadata: 'null' }, 'metadata'],
  ] as [Partial<KeyDraft>, string][])('says what is wrong with %j', (more, field) => {
    const outcome = judged(draft(more));
    expect(Object.keys('problems' in outcome ? outcome.problems : {})).toEqual([field]);
  });
});

describe('the filter of keys', () => {
  const keys = [
    key('t1', { deviceId: 'TERM-001', metadata: { counter: 'North' } }),
    key('till', { kind: 'desktop', groupId: 'shop-2', isDisabled: true }),
    key('alice', { kind: 'admin', groupId: undefined }),
  ];
  const ids = (more: Partial<typeof EVERY_KEY>) =>
    filtered(keys, { ...EVERY_KEY, ...more }).map(({ id }) => id);

  it('finds every word, wherever it stands', () => {
    expect(ids({})).toEqual(['t1', 'till', 'alice']);
    expect(ids({ search: 'SHOP-1 north' })).toEqual(['t1']);
    expect(ids({ search: 'term-001' })).toEqual(['t1']);
    expect(ids({ search: 'north shop-2' })).toEqual([]);
  });

  it('tells kinds and states apart', () => {
    expect(ids({ kind: 'admin' })).toEqual(['alice']);
    expect(ids({ state: 'disabled' })).toEqual(['till']);
    expect(ids({ state: 'enabled', search: 'l' })).toEqual(['alice']);
  });
});
