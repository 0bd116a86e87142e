/** The times of a gateway on which what a client sees depends, in ms, and its frame limit. */
export interface Times {
  graceMs: number;
  cancelMs: number;
  /** 0 = a silent terminal is never given up. */
  paymentTimeoutMs: number;
  heartbeatMs: number;
  serverPongMs: number;
}

interface TimeSetting {
  /** Variable of the gateway. */
  variable: string;
  flag: string;
  about: string;
  /** What the gateway has unless told otherwise. */
  usual: number;
  /** Short enough to wait for, long enough for a busy machine. */
  short: number;
}

export const TIME_SETTINGS: Record<keyof Times, TimeSetting> = {
  graceMs: {
    variable: 'GRACE_PERIOD_MS',
    flag: 'grace-ms',
    about: 'how long a dropped terminal is waited for',
    usual: 60_000,
    short: 1_500,
  },
  cancelMs: {
    variable: 'CANCEL_TIMEOUT_MS',
    flag: 'cancel-ms',
    about: 'within which a cancel gets its answer',
    usual: 10_000,
    short: 1_000,
  },
  paymentTimeoutMs: {
    variable: 'PAYMENT_TIMEOUT_MS',
    flag: 'payment-timeout-ms',
    about: 'after which a silent terminal is given up',
    usual: 600_000,
    short: 8_000,
  },
  heartbeatMs: {
    variable: 'HEARTBEAT_TIMEOUT_MS',
    flag: 'heartbeat-ms',
    about: 'after which a silent socket is dead',
    usual: 10_000,
    short: 3_000,
  },
  serverPongMs: {
    variable: 'SERVER_PONG_INTERVAL_MS',
    flag: 'server-pong-ms',
    about: 'after which an idle client gets a pong',
    usual: 30_000,
    short: 2_000,
  },
};

/** The times as they were given, and for the others those that a gateway of that kind has. */
export function timesFrom(given: Partial<Times>, kind: 'usual' | 'short'): Times {
  const entries = Object.entries(TIME_SETTINGS) as [keyof Times, TimeSetting][];
  return Object.fromEntries(
    entries.map(([name, setting]) => [name, given[name] ?? setting[kind]]),
  ) as unknown as Times;
}

/** The environment that gives a gateway these times. */
export function environmentOf(times: Times): Record<string, string> {
  const entries = Object.entries(TIME_SETTINGS) as [keyof Times, TimeSetting][];
  return {
    // Several pings before a socket counts as dead.
    HEARTBEAT_INTERVAL_MS: String(Math.max(10, Math.round(times.heartbeatMs / 4))),
    ...Object.fromEntries(entries.map(([name, { variable }]) => [variable, String(times[name])])),
  };
}
