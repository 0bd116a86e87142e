import type { ComponentType } from 'preact';
import { NotFound } from './shell/not-found.js';

export interface PageEntry {
  /** Pattern of the router. */
  path: string;
  component: ComponentType;
  /** Its name in the navigation; absent for a page that is reached from another one. */
  name?: string;
}

/** Every page, in the order of the navigation. */
export const PAGES: readonly PageEntry[] = [{ path: '/console', component: NotFound }];
