import { expect, it } from 'vitest';
import { SCENARIOS } from '../scenarios/index.js';
import { junitText } from './junit.js';
import type { Verdict } from './runner.js';

it('is XML whatever came over the wire', () => {
  const scenario = SCENARIOS[0]!;
  const line = { at: 1, who: 'till', direction: '←' as const, text: '<a>&\u0000\u001b"' };
  const failure = { expected: '"a" & <b>', came: 'nothing', details: ['x < y'], transcript: [line] };
  const verdicts: Verdict[] = [
    { scenario, outcome: 'passed', ms: 1_500 },
    { scenario, outcome: 'skipped', ms: 0, reason: 'no "keys"' },
    { scenario, outcome: 'failed', ms: 20, failure },
  ];
  const text = junitText(verdicts, 2_000);
  expect(text).toContain('tests="3" failures="1" skipped="1" time="2.000"');
  expect(text).toContain('name="approve" time="1.500"></testcase>');
  expect(text).toContain('<skipped message="no &quot;keys&quot;"/>');
  expect(text).toContain('message="expected &quot;a&quot; &amp; &lt;b&gt;, came nothing"');
  expect(text).toContain('&lt;a&gt;&amp;??&quot;');
});
