import { segments } from './api/client.js';

/** Addresses of the pages: the one place that knows them. */
export const paths = {
  floor: '/console/',
  payments: '/console/payments',
  payment: (groupId: string, transactionId: string) => `/console/payments${segments(groupId, transactionId)}`,
  health: '/console/health',
  keys: '/console/keys',
  webhooks: '/console/webhooks',
  playground: '/console/playground',
  audit: '/console/audit',
};
