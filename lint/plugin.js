import { dirname, relative, resolve, sep } from 'node:path';
import { findCycle } from './import-cycles.js';
import { judgeImport } from './rooms.js';

const SRC = resolve(import.meta.dirname, '../src');

/** Holds the rooms and arrows of the architecture: see rooms.js. */
const arrows = {
  meta: { type: 'problem', schema: [], messages: { broken: '{{rule}}' } },
  create(context) {
    return onRelativeImport((node, specifier) => {
      const target = targetOf(context.filename, specifier);
      const rule = judgeImport(withinSrc(context.filename), withinSrc(target));
      if (rule !== undefined) context.report({ node, messageId: 'broken', data: { rule } });
    });
  },
};

/** Refuses files that need each other at load time: under ESM the later one is still undefined then. */
const noImportCycle = {
  meta: { type: 'problem', schema: [], messages: { cycle: 'No import cycles: {{path}}.' } },
  create(context) {
    return onRelativeImport((node, specifier) => {
      if (!isNeededAtLoad(node)) return;
      const cycle = findCycle(context.filename, targetOf(context.filename, specifier));
      if (cycle === undefined) return;
      const path = cycle.map(withinSrc).join(' → ');
      context.report({ node, messageId: 'cycle', data: { path } });
    });
  },
};

export default { rules: { arrows, 'no-import-cycle': noImportCycle } };

function onRelativeImport(visit) {
  const check = (node) => {
    const specifier = node.source?.value;
    if (typeof specifier === 'string' && specifier.startsWith('.')) visit(node, specifier);
  };
  return {
    ImportDeclaration: check,
    ExportNamedDeclaration: check,
    ExportAllDeclaration: check,
    ImportExpression: check,
    TSImportType: check,
  };
}

function isNeededAtLoad(node) {
  const isType = node.importKind === 'type' || node.exportKind === 'type' || node.type === 'TSImportType';
  return !isType && node.type !== 'ImportExpression';
}

function targetOf(file, specifier) {
  return resolve(dirname(file), specifier).replace(/\.js$/, '.ts');
}

function withinSrc(file) {
  return relative(SRC, file).split(sep).join('/');
}
