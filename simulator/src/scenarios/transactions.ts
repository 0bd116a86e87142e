import { errorFrame, paymentComplete } from '../conformance/contract.js';
import { scenarios } from '../conformance/scenario.js';
import { including, NUMBER, oneOf, TEXT, TIME } from '../conformance/shape.js';

export const TRANSACTIONS = scenarios('transactions', 'extensions', [
  {
    name: 'transaction-told',
    about: 'getTransaction tells request, response, times, version, delivery and timeline',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver({ metadata: { order: 1 } });
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
      terminal.answers(asked, 'SUCCESS', { authorizationCode: 'T-1' });
      await till.gets(paymentComplete(asked, 'SUCCESS'));
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
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      const before = await till.looksAt(asked.transactionId);
      terminal.answers(asked, 'FAILED', { errorCode: 'DECLINED' });
      const { transactionVersion = 0 } = await till.gets(paymentComplete(asked, 'FAILED'));
      const after = await till.looksAt(asked.transactionId);
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
      const { till, terminal } = await stage.opens();
      const [other, stranger] = [stage.tills[1]!, stage.foreignTills[0]!];
      await Promise.all([other.connects(), stranger.connects()]);
      const asked = await stage.handsOver();
      const { transactionId } = asked;
      await other.sees(asked, { status: 'PENDING' });
      await stranger.asks({ action: 'getTransaction', transactionId }, errorFrame('TRANSACTION_NOT_FOUND'));
      await stranger.asks({ action: 'cancelPayment', transactionId }, errorFrame('TRANSACTION_NOT_FOUND'));
      terminal.answers(asked, 'SUCCESS');
      await till.gets(paymentComplete(asked, 'SUCCESS'));
    },
  },
  {
    name: 'refused-leaves-nothing',
    about: 'a payment that was refused is no transaction',
    needs: { terminals: 0 },
    async play({ till }) {
      await till.connects();
      const { transactionId } = till.pays('NO-SUCH-TERMINAL');
      await till.gets(errorFrame('TERMINAL_NOT_FOUND'));
      await till.asks({ action: 'getTransaction', transactionId }, errorFrame('TRANSACTION_NOT_FOUND'));
    },
  },
]);
