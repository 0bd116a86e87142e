import { describe, expect, it } from 'vitest';
import { newFile } from '../../test/support/files.js';
import { BEHAVIOURS, behaviourOf, errorCodeOf, ruleFor, type Rule } from './behaviours.js';
import { readRule, readScript } from './script.js';

describe('an amount', () => {
  it('asks for a behaviour by its cents', () => {
    for (const [name, { cents }] of Object.entries(BEHAVIOURS)) expect(behaviourOf(`12.${cents}`)).toBe(name);
    const all = Object.values(BEHAVIOURS).map(({ cents }) => cents);
    expect(new Set(all).size).toBe(all.length);
  });

  it.each(['10', '10.0', '10.001', '10.99', '0.1000', 'x'])('%s is approved', (amount) => {
    expect(behaviourOf(amount)).toBe('approve');
  });
});

describe('a rule', () => {
  const rules: Rule[] = [
    { terminal: 'T1', amount: '5.00', behaviour: 'slow' },
    { terminal: 'T1', behaviour: 'busy' },
    { amount: '*.99', behaviour: 'pending' },
  ];

  it.each([
    ['T1', '5.00', 'slow'],
    ['T1', '6.00', 'busy'],
    ['T2', '1.99', 'pending'],
    ['T2', '1.01', 'decline-insufficient-funds'],
    ['T2', 5, 'approve'],
  ])('for %s and %s leads to %s', (terminal, amount, behaviour) => {
    expect(ruleFor(rules, terminal, amount).behaviour).toBe(behaviour);
  });

  it('can name its own errorCode', () => {
    expect(errorCodeOf({ behaviour: 'decline-lost-or-stolen' })).toBe('LOST_OR_STOLEN');
    expect(errorCodeOf({ behaviour: 'decline-lost-or-stolen', errorCode: 'X' })).toBe('X');
    expect(errorCodeOf({ behaviour: 'busy' })).toBe('TERMINAL_BUSY');
  });

  it('can stand on the command line', () => {
    expect(readRule('slow')).toEqual({ behaviour: 'slow' });
    expect(readRule('T=1=slow')).toEqual({ behaviour: 'slow', terminal: 'T=1' });
    expect(() => readRule('T1=fly')).toThrow('there is no fly');
  });
});

describe('a script', () => {
  it('is a list of rules', () => {
    const rules = [
      { terminal: 'T1', behaviour: 'slow', afterMs: 5 },
      { behaviour: 'busy', errorCode: 'X' },
    ];
    expect(readScript(newFile('script.json', { rules }))).toEqual(rules);
  });

  it.each([
    ['rules[0] needs the name of a behaviour', { rules: [{ behaviour: 'fly' }] }],
    ['rules[1] must be an object', { rules: [{ behaviour: 'slow' }, 7] }],
    ['rules[0] has a member speed that means nothing', { rules: [{ behaviour: 'slow', speed: 1 }] }],
    ['rules[0] needs a text as amount', { rules: [{ behaviour: 'slow', amount: 5 }] }],
    ['rules[0] needs whole milliseconds as afterMs', { rules: [{ behaviour: 'slow', afterMs: -1 }] }],
    ['has no list "rules"', { rules: {} }],
    ['has no list "rules"', null],
    ['is no JSON', '{'],
  ])('%s', (message, content) => {
    expect(() => readScript(newFile('script.json', content))).toThrow(message);
  });
});
