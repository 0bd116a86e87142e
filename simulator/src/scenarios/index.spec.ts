import { describe, expect, it } from 'vitest';
import { SUBJECTS } from '../conformance/scenario.js';
import { SCENARIOS, select } from './index.js';

const namesOf = (selection: ReturnType<typeof select>) =>
  'scenarios' in selection ? selection.scenarios.map(({ name }) => name) : selection.unknown;

describe('the scenarios', () => {
  it('have names of their own, fit for a command line', () => {
    const names = SCENARIOS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  it('are many, and every subject has some', () => {
    expect(SCENARIOS.length).toBeGreaterThanOrEqual(25);
    for (const subject of SUBJECTS) {
      expect(SCENARIOS.some((scenario) => scenario.subject === subject)).toBe(true);
    }
  });
});

describe('select', () => {
  it('takes all without a word', () => {
    expect(select([])).toEqual({ scenarios: SCENARIOS, highest: 'extensions' });
  });

  it('takes names and subjects', () => {
    expect(namesOf(select(['approve', 'slow']))).toEqual(['approve', 'slow']);
    const cancels = SCENARIOS.filter(({ subject }) => subject === 'cancel').map(({ name }) => name);
    expect(namesOf(select(['cancel']))).toEqual(cancels);
  });

  it('leaves out what lies above a layer', () => {
    const published = select(['published']);
    expect(published).toMatchObject({ highest: 'published' });
    expect('scenarios' in published && published.scenarios.every(({ layer }) => layer === 'published')).toBe(
      true,
    );
    const chosen = namesOf(select(['chosen', 'terminal']));
    expect(chosen).toContain('duplicate-result');
    expect(chosen).not.toContain('stages');
  });

  it('says which word means nothing', () => {
    expect(namesOf(select(['approve', 'fly']))).toBe('fly');
    expect(namesOf(select(['published', 'chosen']))).toBe('chosen');
  });
});
