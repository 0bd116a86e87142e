import { expect, it } from 'vitest';
import { BEHAVIOURS, behaviourOf } from '../devices/behaviours.js';
import { Random } from '../devices/random.js';
import { drawAmount, readMix, USUAL_MIX } from './mix.js';

it('decline shares its weight among all declines', () => {
  const mix = readMix('approve=80, decline=12,decline-invalid-pin=1');
  expect(mix.approve).toBe(80);
  expect(mix['decline-card-expired']).toBe(2);
  expect(mix['decline-invalid-pin']).toBe(3);
  expect(Object.keys(mix)).toHaveLength(7);
});

it.each(['', 'approve', 'approve=', 'approve=-1', 'fly=3', 'approve=0,slow=0', '__proto__=1'])(
  'refuses "%s"',
  (text) => {
    expect(() => readMix(text)).toThrow();
  },
);

it('draws amounts that ask for what the mix says, the same for the same seed', () => {
  const draw = (seed: string) => {
    const random = new Random(seed);
    return Array.from({ length: 400 }, () => drawAmount(random, readMix('approve=3,slow=1')));
  };
  expect(draw('1')).toEqual(draw('1'));
  expect(draw('1')).not.toEqual(draw('2'));
  const slow = draw('1').filter((amount) => behaviourOf(amount) === 'slow').length;
  expect(slow).toBeGreaterThan(60);
  expect(slow).toBeLessThan(140);
  for (const amount of draw('1')) expect(amount).toMatch(/^[1-9]\d{0,2}\.(00|10)$/);
});

it('the usual one has nothing that keeps a terminal busy for long', () => {
  const usual = Object.keys(readMix(USUAL_MIX));
  for (const name of ['slow', 'pending', 'late-result', 'half-open', 'never-acknowledges'] as const) {
    expect(BEHAVIOURS[name]).toBeDefined();
    expect(usual).not.toContain(name);
  }
});
