/** The load generator: a process of its own that the bench drives over IPC. */
import { serve } from '../remote.js';
import type { ClientPlan, PairPlan } from '../fleet.js';
import { open, openAll } from './clients.js';
import { churn } from './churn.js';
import { PaymentLoad, type PaymentRun } from './payment-load.js';
import { requestLoop, type RequestRun } from './request-loop.js';

let payments: PaymentLoad | undefined;

serve({
  open: ({ clients }: { clients: ClientPlan[] }) => openAll(clients).then((sockets) => sockets.length),
  openPairs: async ({ pairs }: { pairs: PairPlan[] }) => {
    payments = await PaymentLoad.open(pairs);
  },
  pay: (run: PaymentRun) => payments!.run(run),
  request: async ({ clients, ...run }: RequestRun & { clients: ClientPlan[] }) => {
    const sockets = await Promise.all(clients.map(open));
    const result = await requestLoop(sockets, run);
    for (const socket of sockets) socket.close();
    return result;
  },
  churn,
});
