import { LocationProvider, Route, Router } from 'preact-iso';
import { PAGES } from '../pages.js';
import { LiveNotice } from './live-notice.js';
import { Navigation } from './navigation.js';
import { NotFound } from './not-found.js';

/** What is around every page. */
export function Shell() {
  return (
    <LocationProvider scope="/console">
      <a class="skip" href="#main">
        Skip to content
      </a>
      <div class="shell">
        <Navigation />
        <main class="shell__main" id="main" tabIndex={-1}>
          <LiveNotice />
          <Router>
            {PAGES.map(({ path, component }) => (
              <Route key={path} path={path} component={component} />
            ))}
            <Route default component={NotFound} />
          </Router>
        </main>
      </div>
    </LocationProvider>
  );
}
