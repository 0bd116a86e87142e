import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** A certificate and its key, PEM. */
export interface Certificate {
  cert: string;
  key: string;
}

/** Tags of DER. */
const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  text: 0x0c,
  time: 0x17,
  sequence: 0x30,
  set: 0x31,
} as const;
/** Object identifiers, encoded. */
const OID = {
  commonName: '550403',
  subjectAltName: '551d11',
  basicConstraints: '551d13',
  ecdsaWithSha256: '2a8648ce3d040302',
} as const;
const DAY_MS = 86_400_000;

/**
 * A certificate for one IPv4 address that vouches for itself, so that whoever is told to trust it needs nothing else. Made here
 * because Node.js makes none and a program that does is not on every machine.
 */
export function selfSigned(address: string, now = Date.now()): Certificate {
  const pair = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const algorithm = der(TAG.sequence, oid('ecdsaWithSha256'));
  const name = der(
    TAG.sequence,
    der(TAG.set, der(TAG.sequence, oid('commonName'), der(TAG.text, Buffer.from('terminal-gateway-sim')))),
  );
  const body = der(
    TAG.sequence,
    context(0, der(TAG.integer, Buffer.of(2))),
    // A leading byte between 1 and 127: neither negative nor padded.
    der(TAG.integer, Buffer.concat([Buffer.of(0x4d), randomBytes(15)])),
    algorithm,
    name,
    der(TAG.sequence, time(now - DAY_MS), time(now + 30 * DAY_MS)),
    name,
    createPublicKey(pair.publicKey).export({ type: 'spki', format: 'der' }),
    context(3, der(TAG.sequence, ...extensions(address))),
  );
  const signature = sign('sha256', body, createPrivateKey(pair.privateKey));
  const whole = der(TAG.sequence, body, algorithm, der(TAG.bits, Buffer.of(0), signature));
  return { cert: pem(whole), key: pair.privateKey };
}

function extensions(address: string): Buffer[] {
  const ip = Buffer.from(address.split('.').map(Number));
  const isCa = der(TAG.boolean, Buffer.of(0xff));
  return [
    der(TAG.sequence, oid('basicConstraints'), isCa, der(TAG.octets, der(TAG.sequence, isCa))),
    der(TAG.sequence, oid('subjectAltName'), der(TAG.octets, der(TAG.sequence, der(0x87, ip)))),
  ];
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const long = length > 0xff ? [0x82, length >> 8, length & 0xff] : [0x81, length];
  return Buffer.concat([Buffer.from([tag, ...(length > 0x7f ? long : [length])]), content]);
}

function context(number: number, content: Buffer): Buffer {
  return der(0xa0 + number, content);
}

function oid(name: keyof typeof OID): Buffer {
  return der(TAG.oid, Buffer.from(OID[name], 'hex'));
}

/** Until 2049, as X.509 wants it. */
function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\.\d+|\D/g, '');
  return der(TAG.time, Buffer.from(`${digits.slice(2, 14)}Z`));
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
