import { liveState } from '../live/stream.js';

/** Says when what the page shows is not what is. */
export function LiveNotice() {
  return (
    <div role="status">
      {liveState.value === 'lost' && (
        <p class="notice notice--bad">
          The connection to the gateway is gone: what you see is old. Trying again by itself.
        </p>
      )}
    </div>
  );
}
