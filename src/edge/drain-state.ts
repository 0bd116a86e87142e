import { Injectable } from '@nestjs/common';

/** Whether this instance is on its way out. Both edges ask it before they let anybody in. */
@Injectable()
export class DrainState {
  private readonly listeners: (() => void)[] = [];
  private draining = false;

  get isDraining(): boolean {
    return this.draining;
  }

  /** @param listener called once, when the stop begins */
  onBegin(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** From now on everybody is sent to another instance. */
  begin(): void {
    if (!this.draining) {
      this.draining = true;
      this.listeners.forEach((listener) => listener());
    }
  }
}
