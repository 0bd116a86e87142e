import { paths } from '../paths.js';
import { EmptyState } from '../ui/index.js';
import { Page } from './page.js';

export function NotFound() {
  return (
    <Page title="Not found">
      <EmptyState title="There is no such page">
        <a href={paths.floor}>To the floor</a>
      </EmptyState>
    </Page>
  );
}
