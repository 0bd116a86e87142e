import { join, resolve } from 'node:path';
import { RuleTester } from 'eslint';
import tseslint from 'typescript-eslint';
import { afterAll, describe, expect, it } from 'vitest';
import { findCycle, runtimeImports } from './import-cycles.js';
import plugin from './plugin.js';
import { ARROWS, TOP } from './rooms.js';

RuleTester.describe = describe;
RuleTester.it = it;
RuleTester.afterAll = afterAll;

const src = resolve(import.meta.dirname, '../src');
const tester = new RuleTester({ languageOptions: { parser: tseslint.parser } });

const allowed = (file, code) => ({ filename: join(src, file), code });
const forbidden = (file, code, message) => ({ filename: join(src, file), code, errors: [{ message }] });

tester.run('arrows', plugin.rules.arrows, {
  valid: [
    allowed('relay/hints.ts', "import { PresenceLeases } from '../presence/index.js';"),
    allowed('relay/hints.ts', "import { mailboxKey } from './keys.js';"),
    allowed('relay/hints.ts', "import { Redis } from 'ioredis';"),
    allowed('relay/hints.spec.ts', "import { eventually } from '../../test/support/eventually.js';"),
    allowed('app.module.ts', "import { HealthModule } from './health/index.js';"),
    allowed('main.ts', "import { AppModule } from './app.module.js';"),
  ],
  invalid: [
    forbidden(
      'connections/session.ts',
      "import { createRedis } from '../redis/index.js';",
      'Arrows point down only: "connections" may not import "redis". It may import protocol, config, logging.',
    ),
    forbidden(
      'protocol/errors.ts',
      "import type { Config } from '../config/index.js';",
      'Arrows point down only: "protocol" may not import "config". It may import nothing of ours.',
    ),
    forbidden(
      'presence/leases.ts',
      "export { Session } from '../connections/index.js';",
      'Arrows point down only: "presence" may not import "connections". It may import metrics, redis, protocol, config, logging.',
    ),
    forbidden(
      'payments/payments.ts',
      "await import('../relay/mailbox.js');",
      'A room is entered through its door: import "relay/index.js", not "relay/mailbox.js".',
    ),
    forbidden(
      'relay/hints.ts',
      "import { Relay } from './index.js';",
      'Inside a room the door is not used: import the file itself, not the own "relay/index.js".',
    ),
    forbidden(
      'relay/hints.ts',
      "import { eventually } from '../../test/support/eventually.js';",
      'src/ stands alone: only a spec may import from outside src/.',
    ),
    forbidden(
      'utils/strings.ts',
      "import { Config } from '../config/index.js';",
      'Every room is on the map: "utils" is not. Add it with its arrows to lint/rooms.js.',
    ),
  ],
});

describe('the map of rooms', () => {
  it('has no circle', () => {
    const arrowsOf = (room) => ARROWS[room];
    for (const room of Object.keys(ARROWS)) {
      for (const next of ARROWS[room]) expect(findCycle(room, next, arrowsOf)).toBeUndefined();
    }
  });

  it('lets nobody but the top import an edge', () => {
    for (const edge of ['gateway', 'health', 'commands']) {
      expect(Object.values(ARROWS).flat()).not.toContain(edge);
    }
    expect(TOP['app.module']).toEqual(expect.arrayContaining(['gateway', 'health']));
  });
});

describe('findCycle', () => {
  const files = { a: ['b', 'd'], b: ['c'], c: ['a'], d: [] };
  const importsOf = (file) => files[file];

  it('names the files of the circle', () => {
    expect(findCycle('a', 'b', importsOf)).toEqual(['a', 'b', 'c', 'a']);
  });

  it('is content with a chain', () => {
    expect(findCycle('a', 'd', importsOf)).toBeUndefined();
  });

  it('follows what is needed at load time, not types and packages', () => {
    const text = [
      "import './polyfill.js';",
      "import { a } from './a.js';",
      "export { b } from '../b/index.js';",
      "import type { C } from './c.js';",
      "export type { D } from './d.js';",
      "import { Redis } from 'ioredis';",
    ];
    const imports = runtimeImports('/src/room/file.ts', text.join('\n'));
    expect(imports).toEqual(['/src/room/polyfill.ts', '/src/room/a.ts', '/src/b/index.ts']);
  });
});
