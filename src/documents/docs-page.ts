import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Injectable } from '@nestjs/common';

/** A file that a browser may have. */
export interface PageFile {
  folder: string;
  name: string;
}

const OWN = fileURLToPath(new URL('./page/', import.meta.url));
const SWAGGER_UI = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

/** Everything that the page loads. Whatever is not in this list is not served. */
const FILES = [
  { folder: OWN, name: 'docs.css' },
  { folder: OWN, name: 'docs.js' },
  { folder: SWAGGER_UI, name: 'swagger-ui.css' },
  { folder: SWAGGER_UI, name: 'swagger-ui-bundle.js' },
  { folder: SWAGGER_UI, name: 'favicon-32x32.png' },
];

/** The page that shows the HTTP API, made of Swagger UI. */
@Injectable()
export class DocsPage {
  readonly html = readFileSync(join(OWN, 'docs.html'), 'utf8');
  private readonly files: ReadonlyMap<string, PageFile> = new Map(FILES.map((file) => [file.name, file]));

  /** @returns undefined for anything but the files of the page */
  file(name: string): PageFile | undefined {
    return this.files.get(name);
  }
}
