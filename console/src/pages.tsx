import type { ComponentType } from 'preact';
import { AuditPage } from './audit/audit-page.js';
import { FloorPage } from './floor/floor-page.js';
import { HealthPage } from './health/health-page.js';
import { KeysPage } from './keys/keys-page.js';
import { paths } from './paths.js';
import { PaymentPage } from './payments/payment-page.js';
import { PaymentsPage } from './payments/payments-page.js';
import { PlaygroundPage } from './playground/playground-page.js';
import { WebhooksPage } from './webhooks/webhooks-page.js';

export interface PageEntry {
  /** Pattern of the router. */
  path: string;
  component: ComponentType;
  /** Its name in the navigation; absent for a page that is reached from another one. */
  name?: string;
}

/** Every page, in the order of the navigation. */
export const PAGES: readonly PageEntry[] = [
  { path: '/console', component: FloorPage, name: 'Floor' },
  // Whoever types the name of the first page as he would any other's.
  { path: '/console/floor', component: FloorPage },
  { path: paths.payments, component: PaymentsPage, name: 'Payments' },
  { path: `${paths.payments}/:group/:transaction`, component: PaymentPage },
  { path: paths.health, component: HealthPage, name: 'Health' },
  { path: paths.keys, component: KeysPage, name: 'Keys' },
  { path: paths.webhooks, component: WebhooksPage, name: 'Webhooks' },
  { path: paths.playground, component: PlaygroundPage, name: 'Playground' },
  { path: paths.audit, component: AuditPage, name: 'Audit' },
];
