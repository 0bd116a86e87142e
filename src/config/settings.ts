import { choice, fraction, integer, isNetwork, list, matching, text, type Setting } from './setting.js';

const HOST_PORT = /^[^\s:,]+:\d{1,5}$/;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const RETRY_DELAYS_MS = [
  5_000,
  30_000,
  120_000,
  600_000,
  1_800_000,
  HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
  24 * HOUR_MS,
  24 * HOUR_MS,
];

/** Every environment variable of the gateway, in the order in which operators meet them. */
export const SETTINGS = {
  port: integer('PORT', 8080, 0, 'Port to listen on; 0 picks a free one.', 65_535),
  host: text('HOST', '0.0.0.0', 'Address to listen on.'),
  redisUrl: matching(
    'REDIS_URL',
    /^rediss?:\/\/\S+$/,
    'a redis:// or rediss:// URL',
    'Redis of all instances. Unset: this is the only instance, with an embedded store.',
  ),
  redisClusterNodes: list(
    'REDIS_CLUSTER_NODES',
    'Redis Cluster nodes, instead of REDIS_URL.',
    HOST_PORT,
    'host:port',
  ),
  redisSentinels: list('REDIS_SENTINELS', 'Redis Sentinels, instead of REDIS_URL.', HOST_PORT, 'host:port'),
  redisSentinelName: text(
    'REDIS_SENTINEL_NAME',
    undefined as string | undefined,
    'Master name at the Sentinels.',
  ),
  redisUsername: text(
    'REDIS_USERNAME',
    undefined as string | undefined,
    'User (ACL) at the Redis servers; without one REDIS_PASSWORD is that of the default user.',
  ),
  redisPassword: text(
    'REDIS_PASSWORD',
    undefined as string | undefined,
    'Password at the Redis servers, unless REDIS_URL has it.',
  ),
  redisSentinelUsername: text(
    'REDIS_SENTINEL_USERNAME',
    undefined as string | undefined,
    'User (ACL) at the Sentinels.',
  ),
  redisSentinelPassword: text(
    'REDIS_SENTINEL_PASSWORD',
    undefined as string | undefined,
    'Password at the Sentinels.',
  ),
  redisTls: choice(
    'REDIS_TLS',
    'off',
    ['off', 'on'],
    'TLS to the nodes of a Redis Cluster, or to Sentinels and servers. With REDIS_URL, rediss:// asks for it.',
  ),
  redisKeyPrefix: {
    ...matching(
      'REDIS_KEY_PREFIX',
      /^[\w.-]{1,32}$/,
      '1 to 32 letters, digits, dots, dashes or underscores',
      '',
    ),
    default: 'tg',
    doc: 'First part of every key, so that one Redis can serve several gateways.',
  },
  dataDir: text('DATA_DIR', 'data', 'Folder of the embedded store.'),
  apiKeysFile: text(
    'API_KEYS_FILE',
    undefined as string | undefined,
    'API keys, upserted at the start (JSON).',
  ),
  instanceId: {
    ...matching('INSTANCE_ID', /^[\w.-]{1,64}$/, '1 to 64 letters, digits, dots, dashes or underscores', ''),
    shownDefault: 'made up',
    doc: 'Name of this instance; must be unique.',
  },
  gracePeriodMs: integer('GRACE_PERIOD_MS', 60_000, 0, 'How long a dropped terminal counts as reconnecting.'),
  paymentWaitMs: integer('PAYMENT_WAIT_MS', 90_000, 1, 'How long an HTTP call waits for a result.'),
  deliveryTimeoutMs: integer(
    'DELIVERY_TIMEOUT_MS',
    5_000,
    1,
    "Time to hand a payment to the terminal's socket.",
  ),
  cancelTimeoutMs: integer('CANCEL_TIMEOUT_MS', 10_000, 1, 'Time within which a cancel gets its answer.'),
  paymentTimeoutMs: integer(
    'PAYMENT_TIMEOUT_MS',
    600_000,
    0,
    'A connected terminal that never answers fails the payment after this; 0 = never.',
  ),
  heartbeatIntervalMs: integer(
    'HEARTBEAT_INTERVAL_MS',
    5_000,
    10,
    'Protocol ping after this much silence, or half of HEARTBEAT_TIMEOUT_MS if that is less.',
  ),
  heartbeatTimeoutMs: integer('HEARTBEAT_TIMEOUT_MS', 10_000, 100, 'A socket silent for this long is dead.'),
  serverPongIntervalMs: integer('SERVER_PONG_INTERVAL_MS', 30_000, 10, 'Unprompted pong to an idle client.'),
  lateResultPolicy: choice(
    'LATE_RESULT_POLICY',
    'void',
    ['void', 'deliver'],
    'What becomes of an approval that comes after the payment was given up.',
  ),
  transactionRetentionMs: integer(
    'TRANSACTION_RETENTION_MS',
    172_800_000,
    1,
    'How long transactions and undelivered results are kept.',
  ),
  auditRetentionMs: integer(
    'AUDIT_RETENTION_MS',
    90 * DAY_MS,
    1,
    'How long it is kept who changed keys and webhooks.',
    Number.MAX_SAFE_INTEGER,
  ),
  maxFrameBytes: integer('MAX_FRAME_BYTES', 131_072, 256, 'A larger frame closes the connection with 1009.'),
  drainTimeoutMs: integer('DRAIN_TIMEOUT_MS', 20_000, 0, 'Time for a graceful stop.'),
  instanceLeaseMs: integer('INSTANCE_LEASE_MS', 10_000, 300, 'An instance silent for this long is dead.'),
  tlsCertFile: text(
    'TLS_CERT_FILE',
    undefined as string | undefined,
    'Certificate (PEM) to serve wss directly.',
  ),
  tlsKeyFile: text('TLS_KEY_FILE', undefined as string | undefined, 'Its private key (PEM).'),
  tlsReloadMs: integer('TLS_RELOAD_MS', 10_000, 50, 'How often both are looked at for a change.'),
  trustedProxies: list(
    'TRUSTED_PROXIES',
    'Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.',
    isNetwork,
    'IP addresses or CIDRs',
  ),
  connectsPerMinute: integer(
    'RATE_LIMIT_CONNECTS_PER_MINUTE',
    600,
    0,
    'Connection attempts per address, and per key; 0 = no limit.',
  ),
  framesPerSecond: integer(
    'RATE_LIMIT_FRAMES_PER_SECOND',
    50,
    0,
    'Frames per connection, long ones counted per 4 KiB, and pings; 0 = no limit.',
  ),
  requestsPerMinute: integer(
    'RATE_LIMIT_REQUESTS_PER_MINUTE',
    1_200,
    0,
    'HTTP requests per key, ten times as many per address; 0 = no limit.',
  ),
  maxConnections: integer(
    'MAX_CONNECTIONS',
    50_000,
    0,
    'WebSockets of this instance; further ones get 503. 0 = no limit.',
  ),
  maxUpgrades: integer(
    'MAX_UPGRADES',
    1_000,
    0,
    'Upgrades in hand at once; further ones get 503. 0 = no limit.',
  ),
  maxSockets: integer('MAX_SOCKETS', 60_000, 0, 'TCP connections of this instance; 0 = no limit.'),
  maxSocketsPerAddress: integer(
    'MAX_SOCKETS_PER_ADDRESS',
    5_000,
    0,
    'TCP connections from one address that is no trusted proxy; 0 = no limit.',
  ),
  httpHeadersTimeoutMs: integer(
    'HTTP_HEADERS_TIMEOUT_MS',
    10_000,
    100,
    'Time for a TLS handshake, and for the headers of a request.',
  ),
  httpRequestTimeoutMs: integer('HTTP_REQUEST_TIMEOUT_MS', 30_000, 100, 'Time to receive a whole request.'),
  httpKeepAliveMs: integer(
    'HTTP_KEEP_ALIVE_MS',
    75_000,
    1_000,
    'How long an idle HTTP connection stays; longer than that of a balancer.',
  ),
  webhookAllowHosts: list(
    'WEBHOOK_ALLOW_HOSTS',
    'Private hosts that webhooks may reach.',
    /^[^\s,]+$/,
    'hosts',
  ),
  webhookCaFile: text(
    'WEBHOOK_CA_FILE',
    undefined as string | undefined,
    'Extra CA for webhook receivers (PEM).',
  ),
  webhookRetryDelaysMs: {
    ...list('WEBHOOK_RETRY_DELAYS_MS', 'Pauses between webhook attempts.', /^\d{1,9}$/, 'milliseconds'),
    default: RETRY_DELAYS_MS.map(String),
    shownDefault: '5 s, 30 s, 2 min … up to 72 h in all',
  },
  secretsKey: matching(
    'SECRETS_KEY',
    /^[A-Za-z0-9+/]{43}=$/,
    '32 bytes in Base64',
    'Encrypts HMAC and webhook secrets at rest.',
  ),
  secretsKeysAccepted: list(
    'SECRETS_KEYS_ACCEPTED',
    'Further keys that secrets may be sealed with, while SECRETS_KEY is changed.',
    /^[A-Za-z0-9+/]{43}=$/,
    '32 bytes in Base64',
  ),
  metricsPort: integer(
    'METRICS_PORT',
    0,
    0,
    'Port of GET /metrics, for the inside only; 0 = no port of its own.',
    65_535,
  ),
  metricsToken: matching(
    'METRICS_TOKEN',
    /^[!-~]{16,256}$/,
    '16 to 256 printable characters without spaces',
    'Bearer token that GET /metrics asks for; without METRICS_PORT it is served on PORT, with the token only.',
  ),
  otlpEndpoint: matching(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    /^https?:\/\/\S+$/,
    'an http:// or https:// URL',
    'Collector of traces (OTLP over HTTP). Unset: no traces.',
  ),
  tracesSampler: choice(
    'OTEL_TRACES_SAMPLER',
    'parentbased_always_on',
    [
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ],
    'Which payments are traced.',
  ),
  tracesSamplerRatio: fraction(
    'OTEL_TRACES_SAMPLER_ARG',
    1,
    'Part of the payments that is traced, by `traceidratio`.',
  ),
  logLevel: choice(
    'LOG_LEVEL',
    'info',
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    'Least severe log line written.',
  ),
} as const satisfies Record<string, Setting<unknown>>;

type Widen<T> = T extends Setting<infer V> ? V : never;

/** The validated value of every setting. */
export type Settings = { -readonly [K in keyof typeof SETTINGS]: Widen<(typeof SETTINGS)[K]> };
