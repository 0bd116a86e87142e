import { useState } from 'preact/hooks';
import { Button, Field } from '../ui/index.js';
import { DevicePanel } from './device-panel.js';
import { isOpen, type Life } from './life.js';
import { OwnFrame } from './own-frame.js';
import type { TillDesk } from './till-desk.js';

const CURRENCIES = ['EUR', 'USD', 'GBP', 'CHF', 'PLN', 'SEK', 'JPY', 'PHP'];

export function TillPanel({ till, life }: { till: TillDesk; life: Life | undefined }) {
  return (
    <DevicePanel title="Till" name="the till" device={till}>
      <PayForm till={till} />
      <Questions till={till} life={life} />
      <OwnFrame till={till} />
    </DevicePanel>
  );
}

function PayForm({ till }: { till: TillDesk }) {
  const [amount, setAmount] = useState('12.50');
  const [currency, setCurrency] = useState('EUR');
  const isOn = till.line.value.kind === 'on';
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    till.pay(amount, currency);
  };
  return (
    <form class="pay" onSubmit={submit}>
      <Field label="Amount" class="pay__amount">
        {(control) => (
          <input
            {...control}
            inputMode="decimal"
            autocomplete="off"
            value={amount}
            onInput={(event) => setAmount(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label="Currency">
        {(control) => (
          <select {...control} value={currency} onChange={(event) => setCurrency(event.currentTarget.value)}>
            {CURRENCIES.map((code) => (
              <option key={code}>{code}</option>
            ))}
          </select>
        )}
      </Field>
      <Button kind="primary" type="submit" disabled={!isOn} class="pay__go">
        Pay
      </Button>
    </form>
  );
}

/** What a till can ask about the payment, and about the shop. */
function Questions({ till, life }: { till: TillDesk; life: Life | undefined }) {
  const isOn = till.line.value.kind === 'on';
  const id = life?.transactionId;
  return (
    <div class="buttons" role="group" aria-label="Requests of the till">
      <Button disabled={!isOn || !till.latest.value} onClick={() => till.payAgain()}>
        Pay again with the same id
      </Button>
      <Button disabled={!isOn || !life || !isOpen(life)} onClick={() => id && till.cancel(id)}>
        Cancel payment
      </Button>
      <Button disabled={!isOn || id === undefined} onClick={() => id && till.askTransaction(id)}>
        Ask for the transaction
      </Button>
      <Button disabled={!isOn} onClick={() => till.listTerminals()}>
        List terminals
      </Button>
    </div>
  );
}
