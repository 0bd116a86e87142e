import { describe, expect, it } from 'vitest';
import { ListText, ROWS_AT_ONCE, type ListedRow } from './list-text.js';

const row = (name: number, lastActivity = 0): ListedRow => ({
  head: `{"name":${name},"lastActivity":"`,
  tail: '"}',
  lastActivity,
});
const NOT_TOLD: ListedRow = { head: '', tail: '', lastActivity: 0 };
const rowsOf = (count: number) => Array.from({ length: count }, (_, i) => row(i));

async function written(text: ListText, rows: ListedRow[]): Promise<{ name: number; lastActivity: string }[]> {
  await text.write(rows);
  const told = JSON.parse(text.list.rows.toString()) as { name: number; lastActivity: string }[];
  expect(text.list.count).toBe(told.length);
  return told;
}

describe('ListText', () => {
  const part = ROWS_AT_ONCE;
  it.each([0, 1, part - 1, part, part + 1, 3 * part + 7])('tells %i rows', async (count) => {
    const told = await written(new ListText(), rowsOf(count));
    expect(told.map(({ name }) => name)).toEqual(Array.from({ length: count }, (_, i) => i));
  });

  it('leaves out what is not to be told, whole parts of it too', async () => {
    const rows = [...Array<ListedRow>(ROWS_AT_ONCE).fill(NOT_TOLD), row(1), NOT_TOLD, row(2)];
    expect((await written(new ListText(), rows)).map(({ name }) => name)).toEqual([1, 2]);
  });

  it('follows a row that has changed', async () => {
    const text = new ListText();
    const rows = rowsOf(1_200);
    await text.write(rows);
    rows[700] = row(700, Date.UTC(2026, 0, 1));
    text.changed(700);
    expect((await written(text, rows))[700]).toEqual({ name: 700, lastActivity: '2026-01-01T00:00:00.000Z' });
  });

  it('follows rows that come and go, at any place', async () => {
    const text = new ListText();
    const rows = rowsOf(1_200);
    await text.write(rows);
    for (const [index, removed, ...added] of [
      [1_100, 1],
      [600, 0, row(9_001)],
      [3, 2],
      [0, 0, row(9_002)],
    ] as const) {
      rows.splice(index, removed, ...added);
      text.changedFrom(index);
      expect(await written(text, rows)).toHaveLength(rows.length);
    }
    rows.length = 10;
    text.changedFrom(10);
    expect((await written(text, rows)).map(({ name }) => name)).toEqual([9_002, 0, 1, 2, 5, 6, 7, 8, 9, 10]);
  });

  it('tells what it has told before while it is written', async () => {
    const text = new ListText();
    await text.write(rowsOf(1_200));
    text.changedFrom(0);
    const writing = text.write(rowsOf(1_100));
    expect(text.list.count).toBe(1_200);
    await writing;
    expect(text.list.count).toBe(1_100);
  });
});
