import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { GatheredLines } from './gathered-lines.js';

function gathered() {
  const writes: string[] = [];
  const logger = pino({}, new GatheredLines({ write: (text) => void writes.push(text) }));
  return { writes, logger };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('GatheredLines', () => {
  it('writes the lines of a turn at once, in order', async () => {
    const { writes, logger } = gathered();
    logger.info('one');
    await Promise.resolve();
    logger.warn('two');
    expect(writes).toEqual([]);
    await nextTurn();
    expect(writes).toHaveLength(1);
    expect(writes[0]!.match(/"msg":"(\w+)"/g)).toEqual(['"msg":"one"', '"msg":"two"']);
    logger.info('three');
    await nextTurn();
    expect(writes).toHaveLength(2);
  });

  it('does not keep an error back, nor what came before it', () => {
    const { writes, logger } = gathered();
    logger.info('one');
    logger.error('two');
    expect(writes.join('').match(/"msg":"(\w+)"/g)).toEqual(['"msg":"one"', '"msg":"two"']);
  });
});
