import { afterAll, describe, expect, it } from 'vitest';
import { NO_FENCING, NO_IDEMPOTENCY, PatchedGateway, sim } from './support/sim.js';

/** Without a protection, scenarios that must fail; a whole gateway passes all of them, see conformance.spec.ts. */
const TEETH = {
  idempotency: {
    patches: NO_IDEMPOTENCY,
    expected: [
      'repeat-while-running',
      'repeat-after-final',
      'repeat-after-decline',
      'repeat-by-another-till',
      'repeat-storm',
      'repeat-in-other-words',
      'other-payment-same-id',
      'http-and-websocket-once',
      'http-repeated-after-final',
    ],
  },
  fencing: {
    patches: NO_FENCING,
    expected: ['stale-request-not-executed', 'stale-confirmation', 'displaced-terminal-stays-online'],
  },
};

describe.each(Object.entries(TEETH))('conformance of a gateway without %s', (name, { patches, expected }) => {
  const gateway = new PatchedGateway(`conformance without ${name}`, patches);
  afterAll(() => gateway.remove());

  it('reports failures of the right scenarios, and few others', async () => {
    const { code, stdout } = await sim(
      ...['conformance', '--embedded', '--gateway', gateway.main, '--patience-ms', '2000', '--json'],
    );
    const { scenarios, passed } = JSON.parse(stdout);
    const failed = scenarios.filter(({ outcome }: any) => outcome === 'failed');
    expect(code).toBe(1);
    expect(failed.map((scenario: any) => scenario.name)).toEqual(expect.arrayContaining(expected));
    expect(passed).toBeGreaterThan(scenarios.length - expected.length - 12);
    for (const { failure } of failed) {
      expect(failure).toMatchObject({ expected: expect.any(String), came: expect.any(String) });
      expect(failure.transcript.length).toBeGreaterThan(0);
    }
  });
});
