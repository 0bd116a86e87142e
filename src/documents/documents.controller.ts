import { Controller, Get, Header, Param, Res } from '@nestjs/common';
import type { Response } from 'express';
import { pagePolicy } from '../edge/index.js';
import { GatewayError } from '../protocol/index.js';
import { asyncApiDocument } from './asyncapi/document.js';
import { DocsPage } from './docs-page.js';
import { openApiDocument } from './openapi/document.js';
import { GATEWAY_VERSION } from '../config/index.js';

const JSON_TYPE = 'application/json; charset=utf-8';
/** After an upgrade of the gateway the documents follow within minutes, the files of the page within a day. */
const FOR_MINUTES = 'public, max-age=300';
const DAY_MS = 24 * 60 * 60_000;

/** What the gateway says of itself, to anyone: the two API documents, and a page that shows them. */
@Controller()
export class DocumentsController {
  private readonly openApiText = JSON.stringify(openApiDocument(GATEWAY_VERSION));
  private readonly asyncApiText = JSON.stringify(asyncApiDocument(GATEWAY_VERSION));

  constructor(private readonly page: DocsPage) {}

  @Get('openapi.json')
  @Header('content-type', JSON_TYPE)
  @Header('cache-control', FOR_MINUTES)
  openApi(): string {
    return this.openApiText;
  }

  @Get('asyncapi.json')
  @Header('content-type', JSON_TYPE)
  @Header('cache-control', FOR_MINUTES)
  asyncApi(): string {
    return this.asyncApiText;
  }

  @Get('docs')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', FOR_MINUTES)
  @Header('content-security-policy', pagePolicy())
  docs(): string {
    return this.page.html;
  }

  /** @throws GatewayError `NOT_FOUND` for anything but the files of the page */
  @Get('docs/:name')
  async file(@Param('name') name: string, @Res() response: Response): Promise<void> {
    const file = this.page.file(name);
    if (file === undefined) {
      throw new GatewayError('NOT_FOUND');
    }
    response.removeHeader('cache-control');
    await new Promise<void>((resolve, reject) => {
      response.sendFile(file.name, { root: file.folder, maxAge: DAY_MS }, (error) =>
        error && !response.headersSent ? reject(error) : resolve(),
      );
    });
  }
}
