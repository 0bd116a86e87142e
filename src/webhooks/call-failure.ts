/** What a private address is called in the log of attempts. */
export const NOT_PUBLIC = 'the address is not public';

/** Errors of node:tls about a certificate that is not to be trusted. */
const CERTIFICATE_TROUBLE =
  /^(CERT_|UNABLE_TO_|ERR_TLS_CERT|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|HOSTNAME_MISMATCH|INVALID_CA)/;

/** Why a call got no answer, in words for the receiver's operator; nothing of our own network is told. */
export function failureOf(error: unknown): string {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  // The filtering agent marks its refusals by nothing but this text.
  if (/^DNS lookup .* is not allowed\./.test(message)) {
    return NOT_PUBLIC;
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return 'the host name could not be resolved';
  }
  if (CERTIFICATE_TROUBLE.test(code)) {
    return `the certificate is not trusted (${code})`;
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
    return 'no TLS connection could be made';
  }
  return /^[A-Z][A-Z_]+$/.test(code) ? `the call failed (${code})` : 'the call failed';
}
