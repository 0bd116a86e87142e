import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Injectable } from '@nestjs/common';

/** A file of the page, as it lies in memory. */
export interface PageFile {
  type: string;
  body: Buffer;
  /** Absent where it would save nothing. */
  gzipped?: Buffer;
  /** Its name changes with its content, so that a browser may keep it for ever. */
  isHashed: boolean;
}

const BUILT = fileURLToPath(new URL('./page/', import.meta.url));
const INDEX = 'index.html';
const HASHED = 'assets/';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** The files that the console's page was built into, read and compressed once: there are few, and a request finds no other. */
@Injectable()
export class PageFiles {
  private readonly files = readFiles(BUILT);

  /** Undefined if the page was not built. */
  get index(): PageFile | undefined {
    return this.files.get(INDEX);
  }

  /** @param name path inside the page, as it was asked for */
  find(name: string): PageFile | undefined {
    return this.files.get(name);
  }
}

/** The files of a folder by their path in it; none if there is no such folder. */
export function readFiles(folder: string): ReadonlyMap<string, PageFile> {
  const names = namesIn(folder).map((name) => [name, name.split(sep).join('/')] as const);
  return new Map(names.map(([name, path]) => [path, readOne(join(folder, name), path)]));
}

function readOne(file: string, path: string): PageFile {
  const body = readFileSync(file);
  const gzipped = gzipSync(body, { level: 9 });
  return {
    type: TYPES[extname(path)] ?? 'application/octet-stream',
    body,
    ...(gzipped.length < body.length && { gzipped }),
    isHashed: path.startsWith(HASHED),
  };
}

function namesIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    return files.map(({ parentPath, name }) => join(parentPath, name).slice(join(folder, sep).length));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return [];
    }
    throw error;
  }
}
