/**
 * Whether the operator lets webhooks reach this host wherever it lies.
 * @param allowed host names or IP addresses, exact, with or without a port: `till.shop.lan`, `10.0.0.7:8443`, `[::1]:8443`
 */
export function isAllowedHost(url: URL, allowed: readonly string[]): boolean {
  const { hostname } = url;
  const names = [hostname, `${hostname}:${url.port || '443'}`, hostname.replace(/^\[(.*)\]$/, '$1')];
  return allowed.some((entry) => names.includes(entry.toLowerCase()));
}
