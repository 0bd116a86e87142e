import { Injectable } from '@nestjs/common';
import { Sessions, type Session } from '../connections/index.js';
import {
  GatewayError,
  paymentStatusStart,
  PROGRESS_EXTENSION,
  terminalIdOf,
  type GatewayStage,
  type PaymentProgressDto,
} from '../protocol/index.js';
import { HintLine } from '../relay/index.js';
import { Ledger, type Subject } from './ledger.js';
import type { PaymentOrder } from './payment-order.js';
import { progress } from './scripts.js';

/** Shows the stages of payments to the desktops that asked for them. They are news, not results: one may be lost. */
@Injectable()
export class Stages {
  constructor(
    private readonly ledger: Ledger,
    private readonly sessions: Sessions,
    hints: HintLine,
  ) {
    hints.on('progress', ([, recipients, frame]) => this.show(recipients!.split('\t'), frame!));
  }

  /** The first stage, which the desktop's own instance knows. */
  showAccepted(desktop: Session, { transactionId, terminalId }: PaymentOrder): void {
    const { groupId } = desktop.principal;
    desktop.send(
      `${paymentStatusStart({ transactionId, terminalId, groupId }, 'accepted' satisfies GatewayStage)}1}`,
    );
  }

  /** A stage that the terminal tells. @throws GatewayError `TRANSACTION_NOT_FOUND` if it was not given the payment */
  async fromTerminal({ principal, connectionId }: Session, told: PaymentProgressDto): Promise<void> {
    const { groupId, keyId: terminalKey, deviceId } = principal;
    const { transactionId, stage, message } = told;
    const terminalId = terminalIdOf({ deviceId, connectionId });
    const outcome = await this.publish(
      { groupId, transactionId, terminalKey },
      terminalId,
      stage,
      message,
      terminalKey,
    );
    if (outcome === 'unknown') {
      throw new GatewayError('TRANSACTION_NOT_FOUND', { transactionId });
    }
  }

  /** A stage that the gateway itself knows of. */
  async fromGateway(
    { principal, connectionId }: Session,
    transactionId: string,
    stage: GatewayStage,
  ): Promise<void> {
    const { groupId, keyId: terminalKey, deviceId } = principal;
    const terminalId = terminalIdOf({ deviceId, connectionId });
    await this.publish({ groupId, transactionId, terminalKey }, terminalId, stage);
  }

  /** @param by key id of the terminal that tells the stage; '' if it is the gateway */
  private async publish(
    subject: Subject,
    terminalId: string,
    stage: string,
    message?: string,
    by = '',
  ): Promise<string> {
    const frame = paymentStatusStart({ ...subject, terminalId }, stage, message);
    const args = { group: subject.groupId, stage, frame, ...this.ledger.args(subject), terminalKey: by };
    const [outcome = ''] = await this.ledger.store.run(progress, this.ledger.keys(subject), args);
    return outcome;
  }

  private show(recipients: string[], frame: string): void {
    for (const keyId of recipients) {
      for (const session of this.sessions.ofKey(keyId)) {
        if (session.epoch > 0 && session.extensions.has(PROGRESS_EXTENSION)) {
          session.send(frame);
        }
      }
    }
  }
}
