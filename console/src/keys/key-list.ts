import { computed, signal } from '@preact/signals';
import { api, segments } from '../api/client.js';
import type { CreateKeyRequest, IssuedKeyView, KeysPage, KeyView, RotateKeyRequest } from '../api/views.js';
import { EVERY_KEY, filtered } from './key-filter.js';

const PATH = '/keys';

const byId = signal<ReadonlyMap<string, KeyView>>(new Map());

/** Whether the list is complete; until then it grows page by page. */
export const isComplete = signal(false);
export const failure = signal<unknown>(undefined);
export const filter = signal(EVERY_KEY);

export const keys = computed(() => [...byId.value.values()].sort((a, b) => (a.id < b.id ? -1 : 1)));
export const shown = computed(() => filtered(keys.value, filter.value));

/** Counts the readings, so that what an abandoned one still brings is left out. */
let reading = 0;

/** Reads all keys anew. Those already shown stay until the new ones are there. */
export async function load(): Promise<void> {
  const mine = ++reading;
  const read = new Map<string, KeyView>();
  isComplete.value = false;
  failure.value = undefined;
  try {
    let after: string | undefined;
    do {
      const page: KeysPage = await api.get<KeysPage>(PATH, { after });
      if (mine !== reading) return;
      for (const key of page.keys) read.set(key.id, key);
      if (byId.value.size < read.size) byId.value = new Map(read);
      after = page.next;
    } while (after !== undefined);
    byId.value = read;
    isComplete.value = true;
  } catch (error) {
    if (mine === reading) failure.value = error;
  }
}

/** @throws ApiFailure */
export async function create(request: CreateKeyRequest): Promise<IssuedKeyView> {
  const issued = await api.post<IssuedKeyView>(PATH, request);
  put(issued.key);
  return issued;
}

/** @throws ApiFailure */
export async function rotate(id: string, request: RotateKeyRequest): Promise<IssuedKeyView> {
  const issued = await api.post<IssuedKeyView>(`${PATH}${segments(id, 'rotate')}`, request);
  put(issued.key);
  return issued;
}

/** Disabling ends the live connections of the key. @throws ApiFailure */
export async function setDisabled(id: string, isDisabled: boolean): Promise<void> {
  put(await api.post<KeyView>(`${PATH}${segments(id, isDisabled ? 'disable' : 'enable')}`));
}

export function keyOf(id: string): KeyView | undefined {
  return byId.value.get(id);
}

function put(key: KeyView): void {
  byId.value = new Map(byId.value).set(key.id, key);
}
