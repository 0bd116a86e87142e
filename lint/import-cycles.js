import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import ts from 'typescript';

const parsed = new Map();

/**
 * Follows the imports of `target` until one leads back to `from`; answers with the files of that circle or with
 * undefined. Type-only imports are not followed: they are gone when the code runs.
 */
export function findCycle(from, target, importsOf = importsOnDisk) {
  const seen = new Set();
  const walk = (file, path) => {
    if (file === from) return [...path, file];
    if (seen.has(file)) return undefined;
    seen.add(file);
    for (const next of importsOf(file)) {
      const cycle = walk(next, [...path, file]);
      if (cycle !== undefined) return cycle;
    }
    return undefined;
  };
  return walk(target, [from]);
}

function importsOnDisk(file) {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  const known = parsed.get(file);
  // An editor keeps this process alive, so an edited file is read again.
  if (known?.mtimeMs === stat.mtimeMs) return known.imports;
  const imports = runtimeImports(file, readFileSync(file, 'utf8'));
  parsed.set(file, { mtimeMs: stat.mtimeMs, imports });
  return imports;
}

/** The files a file needs when it is loaded. */
export function runtimeImports(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext);
  return source.statements
    .filter((statement) => isRuntimeImport(statement))
    .map((statement) => statement.moduleSpecifier.text)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => resolve(dirname(file), specifier).replace(/\.js$/, '.ts'));
}

function isRuntimeImport(statement) {
  if (ts.isImportDeclaration(statement)) return !statement.importClause?.isTypeOnly;
  return (
    ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined && !statement.isTypeOnly
  );
}
