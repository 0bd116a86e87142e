import { useLocation } from 'preact-iso';
import { useEffect, useState } from 'preact/hooks';
import { PAGES } from '../pages.js';
import { paths } from '../paths.js';
import { session, signOut } from '../session/session.js';
import { nextTheme, theme } from '../theme.js';
import { Button, Mark, tellFailure } from '../ui/index.js';

const THEME_TEXT = { auto: '◐ System', light: '☀ Light', dark: '☾ Dark' };

export function Navigation() {
  const { path } = useLocation();
  const [isOpen, setOpen] = useState(false);
  // On a phone the menu has done its work once a page is chosen.
  useEffect(() => setOpen(false), [path]);
  return (
    <header class={isOpen ? 'nav nav--open' : 'nav'}>
      <div class="nav__top">
        <a class="nav__home" href={paths.floor}>
          <Mark /> <span>Terminal Gateway</span>
        </a>
        <button
          type="button"
          class="button button--plain nav__menu"
          aria-expanded={isOpen}
          aria-controls="menu"
          onClick={() => setOpen(!isOpen)}
        >
          Menu
        </button>
      </div>
      <div class="nav__rest" id="menu">
        <nav aria-label="Pages">
          <ul class="nav__list">
            {PAGES.filter(({ name }) => name).map((page) => (
              <li key={page.path}>
                <a
                  class="nav__link"
                  href={page.path}
                  aria-current={isWithin(path, page.path) ? 'page' : undefined}
                >
                  {page.name}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <Account />
      </div>
    </header>
  );
}

function Account() {
  const { adminId, instanceId, version } = session.value ?? {};
  return (
    <div class="nav__account">
      <p class="nav__who">
        <strong>{adminId}</strong>
        <span class="muted">
          {instanceId} · {version}
        </span>
      </p>
      <Button kind="quiet" onClick={nextTheme}>
        <span class="visually-hidden">Colours: </span>
        {THEME_TEXT[theme.value]}
      </Button>
      <Button kind="quiet" onClick={() => void signOut().catch(tellFailure)}>
        Sign out
      </Button>
    </div>
  );
}

/** A page's link is lit on the pages below it too; the floor is the root of them all and stands for itself only. */
function isWithin(path: string, page: string): boolean {
  return path === page || (page !== '/console' && path.startsWith(`${page}/`));
}
