import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { Badge, Button, Panel, type Tone } from '../ui/index.js';
import type { FrameLog } from './frame-log.js';
import { FrameList } from './frame-list.js';
import { lineInWords, type LineState } from './line-state.js';

/** What both devices can do with their line. */
export interface Lined {
  readonly line: Signal<LineState>;
  readonly isCableCut: Signal<boolean>;
  readonly log: FrameLog;
  connect(): void;
  disconnect(): void;
  cutCable(isCut: boolean): void;
}

const TONES: Record<LineState['kind'], Tone> = {
  off: 'off',
  connecting: 'busy',
  on: 'good',
  waiting: 'warn',
  ended: 'bad',
};

export interface DevicePanelProps {
  title: string;
  /** As it is called within a sentence. */
  name: string;
  device: Lined;
  children: ComponentChildren;
}

/** One device: its line, what it can do, and every frame. */
export function DevicePanel({ title, name, device, children }: DevicePanelProps) {
  const { line } = device;
  return (
    <Panel
      title={title}
      aside={
        <span role="status">
          <Badge tone={TONES[line.value.kind]}>{lineInWords(line.value)}</Badge>
        </span>
      }
    >
      <LineButtons device={device} name={name} />
      {children}
      <FrameList log={device.log} owner={name} />
    </Panel>
  );
}

function LineButtons({ device, name }: { device: Lined; name: string }) {
  const isOff = device.line.value.kind === 'off' || device.line.value.kind === 'ended';
  const isCut = device.isCableCut.value;
  return (
    <div class="buttons" role="group" aria-label={`Line of ${name}`}>
      {isOff ? (
        <Button onClick={() => device.connect()}>Connect</Button>
      ) : (
        <Button onClick={() => device.disconnect()}>Disconnect</Button>
      )}
      <Button kind={isCut ? 'primary' : 'danger'} onClick={() => device.cutCable(!isCut)}>
        {isCut ? 'Plug the cable in' : 'Cut the cable'}
      </Button>
    </div>
  );
}
