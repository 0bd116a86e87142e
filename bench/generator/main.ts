/** The load generator: a process of its own that the bench drives over IPC. */
import { serve } from '../remote.js';
import type { CallerPlan, ClientPlan, PairPlan } from '../fleet.js';
import { CallLoad, type CallRun } from './call-load.js';
import { open, openAll } from './clients.js';
import { churn } from './churn.js';
import { cycles } from './cycles.js';
import { flood } from './flood.js';
import { hostile } from './hostile.js';
import { PaymentLoad, type PaymentRun } from './payment-load.js';
import { read } from './frame-reading.js';
import { requestLoop, type RequestRun } from './request-loop.js';
import { WaitLoad, type OpenRun, type WaitPlan } from './wait-load.js';

let payments: PaymentLoad | undefined;
let calls: CallLoad | undefined;
let waits: WaitLoad | undefined;

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
  cycles,
  read,
  openCallers: async ({ callers }: { callers: CallerPlan[] }) => {
    calls = await CallLoad.open(callers);
  },
  call: (run: CallRun) => calls!.run(run),
  flood,
  hostile,
  openWaits: async ({ plans }: { plans: WaitPlan[] }) => {
    waits = await WaitLoad.open(plans);
  },
  openBareWaits: ({ waiter }: { waiter: CallerPlan }) => {
    waits = WaitLoad.bare(waiter);
  },
  wait: (run: OpenRun) => waits!.connect(run),
  abortWaits: () => waits!.abort(),
  answerWaits: () => waits!.answerAll(),
});
