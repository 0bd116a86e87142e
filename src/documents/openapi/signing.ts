/** How requests are signed; the vectors are those of the published contract. */
export const SIGNING = `Every call below \`/v1\` carries three headers:

| header | content |
| --- | --- |
| \`x-api-key\` | the API key |
| \`x-timestamp\` | the time of the request, ISO 8601, within 5 minutes of the gateway's clock |
| \`x-signature\` | Base64 of HMAC-SHA256 with the key's secret over the text below |

\`\`\`
METHOD
PATH
x-timestamp
hex(SHA-256(raw body))
\`\`\`

Four lines joined by line feeds, with none at the end. PATH is as on the wire, including \`/v1\`, without the query string. A call
without a body takes the SHA-256 of nothing. The checks are made in this order: known key, time, signature. A signature is good
for one POST, PUT or DELETE; only a payment with a \`transactionId\` of the caller's may repeat it.

Vectors for the secret \`test-secret\` and the time \`2025-01-01T00:00:00.000Z\`:

| call | body | \`x-signature\` |
| --- | --- | --- |
| \`GET /v1/terminals\` | | \`KnPhfTjwwbbkBZAp5Qa4k5WS239LNPSuFJjBNfqVy84=\` |
| \`POST /v1/terminals/T1/payments\` | \`{"amount":"1.00","currency":"PHP","paymentMethod":"CARD"}\` | \`MDkDKyPNhs3sDolD1dHC5kT0DVQQ8iJsY/hxcny4tLo=\` |`;

/** The three headers; all of them are needed. */
export const SECURITY_SCHEMES = {
  apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'Who calls.' },
  timestamp: {
    type: 'apiKey',
    in: 'header',
    name: 'x-timestamp',
    description: "ISO 8601 time of the request, within 5 minutes of the gateway's clock.",
  },
  signature: {
    type: 'apiKey',
    in: 'header',
    name: 'x-signature',
    description:
      'Base64 of HMAC-SHA256 with the secret of the key over METHOD, PATH, `x-timestamp` and the hex SHA-256 of the raw body, ' +
      'joined by line feeds.',
  },
};
