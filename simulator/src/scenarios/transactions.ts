import { errorFrame } from '../conformance/contract.js';
import { scenarios } from '../conformance/scenario.js';
import { including, NUMBER, oneOf, TEXT, TIME } from '../conformance/shape.js';

export const TRANSACTIONS = scenarios('transactions', 'extensions', [
  {
    name: 'transaction-told',
    about: 'getTransaction tells request, response, times, version, delivery and timeline',
    async play(stage) {
      const { till, terminal, asked } = await stage.begins({ metadata: { order: 1 } });
      const { transactionId, request } = asked;
      const step = (event: string) => ({ event, at: TIME, instance: TEXT });
      const common = { transactionId, terminalId: terminal.id, terminalDeviceId: terminal.id };
      await till.sees(asked, {
        ...common,
        status: 'PENDING',
        request: { amount: request.amount, metadata: { order: 1 } },
        createdAt: TIME,
        updatedAt: TIME,
        version: NUMBER,
        delivery: oneOf('sent', 'received'),
        timeline: including(step('accepted'), step('claimed')),
      });
      await stage.ends(asked, 'SUCCESS', { authorizationCode: 'T-1' });
      await till.sees(asked, {
        ...common,
        status: 'COMPLETED',
        response: { status: 'SUCCESS', authorizationCode: 'T-1' },
        completedAt: TIME,
        delivery: 'received',
        timeline: including(step('received'), step('result'), step('receipted')),
      });
    },
  },
  {
    name: 'version-equals-push',
    about: 'the version of the final push is that of the transaction, and no later change lowers it',
    async play(stage) {
      const { till, asked } = await stage.begins();
      const before = await till.looksAt(asked);
      const { transactionVersion = 0 } = await stage.ends(asked, 'FAILED', { errorCode: 'DECLINED' });
      const after = await till.looksAt(asked);
      till.compares(
        true,
        transactionVersion > (before.version ?? Infinity),
        'a version above the one before the result',
      );
      till.compares(true, (after.version ?? 0) >= transactionVersion, 'a version that did not fall');
    },
  },
  {
    name: 'transaction-seen-by-group',
    about: 'every till of the group can look at a transaction, no till of another group can',
    needs: { tills: 2, foreignTills: 1 },
    async play(stage) {
      const [other, stranger] = [stage.tills[1]!, stage.foreignTills[0]!];
      await Promise.all([other.connects(), stranger.connects()]);
      const { asked } = await stage.begins();
      const { transactionId } = asked;
      await other.sees(asked, { status: 'PENDING' });
      await stranger.asks({ action: 'getTransaction', transactionId }, errorFrame('TRANSACTION_NOT_FOUND'));
      await stranger.asks({ action: 'cancelPayment', transactionId }, errorFrame('TRANSACTION_NOT_FOUND'));
      await stage.ends(asked);
    },
  },
  {
    name: 'refused-leaves-nothing',
    about: 'a payment that was refused is no transaction',
    async alone(till) {
      const { transactionId } = till.pays('NO-SUCH-TERMINAL');
      await till.gets(errorFrame('TERMINAL_NOT_FOUND'));
      await till.asks({ action: 'getTransaction', transactionId }, errorFrame('TRANSACTION_NOT_FOUND'));
    },
  },
]);
