import { Controller, Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { pagePolicy } from '../edge/index.js';
import { GatewayError } from '../protocol/index.js';
import { PageFiles, type PageFile } from './page-files.js';

const FOR_EVER = 'public, max-age=31536000, immutable';
/** A host name or an address, with a port or without: what comes from outside must add nothing else to a policy. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;
/** Below the console, but no pages of it: what is not there is not found. */
const NO_PAGE = /^(?:api|assets)(?:\/|$)/i;

const PERMISSIONS = 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()';

/** The console's page, for anyone: whatever it shows, it has to ask for with a session. The last of the console's routes. */
@Controller('console{/*path}')
export class PageController {
  constructor(private readonly files: PageFiles) {}

  /**
   * The page itself finds out which part of it a path means.
   * @throws GatewayError `PAGE_NOT_BUILT`, `NOT_FOUND`
   */
  @Get()
  send(@Req() request: Request, @Res() response: Response): void {
    const name = request.path.replace(/^\/console\/?/i, '');
    const file = this.files.find(name) ?? this.page(name);
    response.setHeader('permissions-policy', PERMISSIONS);
    response.setHeader('content-security-policy', policyFor(request.headers.host));
    response.setHeader('content-type', file.type);
    response.setHeader('vary', 'accept-encoding');
    if (file.isHashed) {
      response.setHeader('cache-control', FOR_EVER);
    }
    response.end(this.encoded(file, request, response));
  }

  private page(name: string): PageFile {
    const { index } = this.files;
    if (index === undefined || NO_PAGE.test(name)) {
      throw new GatewayError(NO_PAGE.test(name) ? 'NOT_FOUND' : 'PAGE_NOT_BUILT');
    }
    return index;
  }

  private encoded({ body, gzipped }: PageFile, request: Request, response: Response): Buffer {
    if (gzipped === undefined || !request.acceptsEncodings('gzip')) {
      return body;
    }
    response.setHeader('content-encoding', 'gzip');
    return gzipped;
  }
}

/** `'self'` means WebSockets too, but not to every browser; the playground opens them to this gateway. */
function policyFor(host = ''): string {
  const sockets = HOST.test(host) ? ` ws://${host} wss://${host}` : '';
  return pagePolicy({ 'connect-src': `'self'${sockets}`, 'form-action': "'self'" });
}
