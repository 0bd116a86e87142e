import type { Target } from '../types.js';
import { gateway } from './gateway.js';
import { thinRelay } from './thin-relay.js';

export const TARGETS: readonly Target[] = [thinRelay, gateway];
