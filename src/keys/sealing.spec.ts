import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Sealing, sha256Hex } from './sealing.js';

const key = () => randomBytes(32).toString('base64');

describe('Sealing', () => {
  it('opens what it sealed, and never shows it', () => {
    const sealing = new Sealing(key());
    const sealed = sealing.seal('top secret');
    expect(sealed).not.toContain('top secret');
    expect(sealing.seal('top secret')).not.toBe(sealed);
    expect(sealing.open(sealed)).toBe('top secret');
  });

  it('does not open what another key sealed, or what was altered', () => {
    const sealing = new Sealing(key());
    const sealed = sealing.seal('top secret');
    expect(() => new Sealing(key()).open(sealed)).toThrow();
    expect(() => sealing.open(`${sealed.slice(0, -8)}AAAAAAA=`)).toThrow();
    expect(() => new Sealing(undefined).open(sealed)).toThrow(/SECRETS_KEY/);
  });

  it('opens what one of the accepted keys sealed, and knows what is to be sealed anew', () => {
    const [old, current] = [key(), key()];
    const sealed = new Sealing(old).seal('top secret');
    const sealing = new Sealing(current, [key(), old]);
    expect(sealing.open(sealed)).toBe('top secret');
    expect([sealed, 'open', sealing.seal('x')].map((text) => sealing.isCurrent(text))).toEqual([
      false,
      false,
      true,
    ]);
    expect(new Sealing(undefined, [old]).open(sealed)).toBe('top secret');
    expect(new Sealing(undefined, [old]).isCurrent(sealed)).toBe(false);
  });

  it('leaves texts as they are without a key, and reads such texts with one', () => {
    expect(new Sealing(undefined).seal('plain')).toBe('plain');
    expect(new Sealing(key()).open('plain')).toBe('plain');
  });
});

describe('sha256Hex', () => {
  it('is SHA-256', () => {
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
