// @ts-check
// Before the gateway is built: no compiled file outlives its source. The console's page, built by its own script, stays.
import { readdirSync, rmSync } from 'node:fs';

const PAGE = 'dist/console/page';

removeAllBut('dist');

/** @param {string} folder */
function removeAllBut(folder) {
  for (const path of entriesOf(folder)) {
    if (path === PAGE) continue;
    if (PAGE.startsWith(`${path}/`)) removeAllBut(path);
    else rmSync(path, { recursive: true, force: true });
  }
}

/** @param {string} folder */
function entriesOf(folder) {
  try {
    return readdirSync(folder).map((name) => `${folder}/${name}`);
  } catch {
    // Not built yet, or another build removes it at the same time.
    return [];
  }
}
