import { ref } from '../schema.js';
import type { Operation } from './operation.js';
import { answer } from './responses.js';

const at = '2026-01-15T10:31:12.480Z';
const checks = { store: 'ok', subscription: 'ok', lease: 'ok', draining: 'ok' };

export const HEALTH_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/health/live',
    operationId: 'getLiveness',
    tag: 'Health',
    summary: 'Whether the process turns',
    description: 'Does not ask the store: restarting an instance mends no store.',
    responses: { 200: answer('It does.', ref('Liveness'), { status: 'ok', timestamp: at }) },
    errors: [],
    isPublic: true,
  },
  {
    method: 'get',
    path: '/health/ready',
    operationId: 'getReadiness',
    tag: 'Health',
    summary: 'Whether the instance can serve',
    responses: {
      200: answer('It can.', ref('Readiness'), { status: 'ok', checks, timestamp: at }),
      503: answer('It can not; the body names what fails.', ref('Readiness'), {
        status: 'unavailable',
        checks: { ...checks, store: 'failing' },
        failing: ['store'],
        timestamp: at,
      }),
    },
    errors: [],
    isPublic: true,
  },
];
