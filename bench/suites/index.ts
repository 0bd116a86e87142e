import type { Suite } from '../types.js';
import { cyclesSuite } from './cycles.js';
import { floodSuite } from './flood.js';
import { hostileSuite } from './hostile.js';
import { idleSuite } from './idle.js';
import { growthSuite, paymentsSuite, persistenceSuite, saturationSuite } from './payments.js';
import { profileSuite } from './profile.js';
import { connectSuite, listSuite, pingSuite } from './requests.js';
import { stopsSuite } from './stops.js';
import { storeSuite } from './store.js';
import { validationSuite } from './validation.js';
import { waitsSuite } from './waits.js';

export const SUITES: readonly Suite[] = [
  paymentsSuite,
  saturationSuite,
  growthSuite,
  persistenceSuite,
  idleSuite,
  pingSuite,
  listSuite,
  stopsSuite,
  storeSuite,
  connectSuite,
  validationSuite,
  profileSuite,
  waitsSuite,
  floodSuite,
  hostileSuite,
  cyclesSuite,
];
