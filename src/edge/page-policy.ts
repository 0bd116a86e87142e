/** All that a page of the gateway needs comes from the gateway itself, and nothing of it is inline. */
const DIRECTIVES = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'font-src': "'self'",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

/** The Content-Security-Policy of a page. @param own directives in which it differs from the others */
export function pagePolicy(own: Partial<typeof DIRECTIVES> = {}): string {
  return Object.entries({ ...DIRECTIVES, ...own })
    .map((directive) => directive.join(' '))
    .join('; ');
}
