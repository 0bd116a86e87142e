import { render } from 'preact';
import { App } from './app.js';
import { startClock } from './live/clock.js';
import { restoreSession } from './session/session.js';
import { startTheme } from './theme.js';
import './styles/tokens.css';
import './styles/base.css';
import './styles/kit.css';
import './styles/lists.css';
import './styles/shell.css';

startTheme();
startClock();
render(<App />, document.getElementById('app')!);
void restoreSession();
