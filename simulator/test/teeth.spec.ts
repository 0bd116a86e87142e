import { afterAll, describe, expect, it } from 'vitest';
import { WEBHOOKS } from '../src/scenarios/webhooks.js';
import {
  NO_AFTERMATH,
  NO_FENCING,
  NO_IDEMPOTENCY,
  NO_RETRIES,
  NO_SIGNATURES,
  PatchedGateway,
  sim,
  type Patch,
} from './support/sim.js';

/** Without a protection, scenarios that must fail; a whole gateway passes all of them, see conformance.spec.ts. */
const TEETH: Record<string, { patches: Patch[]; only?: string[]; expected: string[] }> = {
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
      'http-timeout-is-not-the-end',
      'http-refusals',
      'contradicting-result',
      'late-outcome-repeated',
    ],
  },
  fencing: {
    patches: NO_FENCING,
    expected: ['stale-request-not-executed', 'stale-confirmation', 'displaced-terminal-stays-online'],
  },
  signatures: {
    patches: NO_SIGNATURES,
    only: ['webhooks'],
    expected: WEBHOOKS.map(({ name }) => name).filter((name) => name !== 'webhook-endpoint-refused'),
  },
  retries: { patches: NO_RETRIES, only: ['webhooks'], expected: ['webhook-retried', 'webhook-gone'] },
  'care of what comes after': {
    patches: NO_AFTERMATH,
    only: ['late', 'webhooks'],
    expected: [
      'late-approval-delivered',
      'late-approval-not-voided',
      'late-approval-after-silence',
      'late-approval-said-twice',
      'late-told-after-absence',
      'late-outcome-repeated',
      'webhook-gone',
      'webhook-timeout-then-result',
      'webhook-corrected',
    ],
  },
};

describe.concurrent.each(Object.entries(TEETH))(
  'conformance of a gateway without %s',
  (name, { patches, only, expected }) => {
    const gateway = new PatchedGateway(`conformance without ${name}`, patches);
    afterAll(() => gateway.remove());

    it('reports failures of the right scenarios, and few others', async () => {
      const { code, stdout } = await sim(
        ...['conformance', '--embedded', '--gateway', gateway.main, '--patience-ms', '2000', '--json'],
        ...(only ? ['--only', ...only] : []),
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
  },
);
