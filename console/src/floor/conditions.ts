import type { TerminalCondition } from '../api/views.js';
import type { Tone } from '../ui/index.js';

/** How each condition is shown. */
export const CONDITIONS: Record<TerminalCondition, { name: string; tone: Tone }> = {
  online: { name: 'Online', tone: 'good' },
  busy: { name: 'Busy', tone: 'busy' },
  reconnecting: { name: 'Reconnecting', tone: 'warn' },
  offline: { name: 'Offline', tone: 'off' },
};
