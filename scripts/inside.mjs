// @ts-check
// Looks inside the process that runs it: what is left after its garbage was collected. For tests and benchmarks of leaks.
import { Session } from 'node:inspector/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const COLLECTIONS = 4;
const COLLECTION_PAUSE_MS = 100;

/**
 * What can grow without anybody noticing: `heapUsed` in bytes, the entries of all maps and sets, the listeners of all emitters, and
 * whatever keeps the event loop alive.
 *
 * @typedef {{ heapUsed: number; entries: number; listeners: number; resources: number }} Inside
 */

/** @returns {Promise<Inside>} */
export async function lookInside() {
  const session = new Session();
  session.connect();
  try {
    const entries = (await sum(session, 'Map', 'size')) + (await sum(session, 'Set', 'size'));
    const listeners = await sum(session, 'process.getBuiltinModule("node:events")', '_eventsCount');
    await session.post('Runtime.releaseObjectGroup', { objectGroup: 'inside' });
    await collect();
    const { heapUsed } = process.memoryUsage();
    return { heapUsed, entries, listeners, resources: process.getActiveResourcesInfo().length };
  } finally {
    session.disconnect();
  }
}

/**
 * Over all objects of a class that are still reachable: asking for them collects the others.
 *
 * @param {Session} session
 * @param {string} type
 * @param {string} member a number
 */
async function sum(session, type, member) {
  const objectGroup = 'inside';
  const prototype = await session.post('Runtime.evaluate', { expression: `${type}.prototype`, objectGroup });
  const prototypeObjectId = /** @type {string} */ (prototype.result.objectId);
  // Its types know no answer of this one.
  const found = /** @type {unknown} */ (
    await session.post('Runtime.queryObjects', { prototypeObjectId, objectGroup })
  );
  const { objects } = /** @type {{ objects: { objectId: string } }} */ (found);
  const { result } = await session.post('Runtime.callFunctionOn', {
    objectId: objects.objectId,
    functionDeclaration: `function () {
      let sum = 0;
      for (const object of this) {
        try { sum += Number(object.${member}) || 0; } catch { /* a prototype is no object of its class */ }
      }
      return sum;
    }`,
  });
  return Number(result.value);
}

async function collect() {
  setFlagsFromString('--expose-gc');
  const collectGarbage = /** @type {() => void} */ (runInNewContext('gc'));
  for (let i = 0; i < COLLECTIONS; i++) {
    collectGarbage();
    await sleep(COLLECTION_PAUSE_MS);
  }
}

// Loaded by `--import` with this set, a process looks inside itself whenever it is asked to, and writes what it found.
if (process.env['LOOK_INSIDE_ON'] === 'SIGUSR2') {
  process.on('SIGUSR2', () => {
    void lookInside().then((inside) => console.log(`inside ${JSON.stringify(inside)}`));
  });
}
