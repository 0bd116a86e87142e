import type { Target } from '../types.js';
import { gateway } from './gateway.js';
import { nothing } from './nothing.js';
import { durableRelay, echo, socketIo, thinRelay } from './rivals.js';

export const TARGETS: readonly Target[] = [thinRelay, durableRelay, socketIo, echo, gateway, nothing];
