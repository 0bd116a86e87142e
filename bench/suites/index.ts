import type { Suite } from '../types.js';
import { floodSuite } from './flood.js';
import { idleSuite } from './idle.js';
import { paymentsSuite, saturationSuite } from './payments.js';
import { profileSuite } from './profile.js';
import { connectSuite, listSuite, pingSuite } from './requests.js';
import { waitsSuite } from './waits.js';

export const SUITES: readonly Suite[] = [
  paymentsSuite,
  saturationSuite,
  idleSuite,
  pingSuite,
  listSuite,
  connectSuite,
  profileSuite,
  waitsSuite,
  floodSuite,
];
