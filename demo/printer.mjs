// @ts-check
import pc from 'picocolors';

const NAME_WIDTH = 9;
const ACTION_WIDTH = 15;
/** As wide as a time stamp. */
const INDENT = ' '.repeat(11);

/** @param {string} text */
export function say(text = '') {
  console.log(text);
}

/** @param {string} text */
export function heading(text) {
  say(`\n${pc.bold(text)}`);
}

/**
 * One aligned line of a list.
 *
 * @param {string} name
 * @param {string} text
 */
export function entry(name, text) {
  say(`  ${pc.cyan(name.padEnd(NAME_WIDTH + 1))} ${text}`);
}

/**
 * Begins the story of one payment.
 *
 * @param {string} what
 * @param {string} about
 */
export function topic(what, about) {
  say(`\n${INDENT}${pc.bold(what)} ${pc.dim(about)}`);
}

/**
 * What the reader should open, set apart from all that scrolls by.
 *
 * @param {string} name
 * @param {string} url
 */
export function link(name, url) {
  say(`  ${pc.bold(pc.cyan(name.padEnd(NAME_WIDTH + 1)))} ${pc.bold(url)}`);
}

/** @param {number} ms */
function stamp(ms) {
  return pc.dim(`${String(ms).padStart(6)} ms  `);
}

/**
 * One message on its way.
 *
 * @param {number} ms since the payment began
 * @param {string} from
 * @param {string} to
 * @param {string} action
 * @param {string} [detail]
 */
export function hop(ms, from, to, action, detail = '') {
  const route = `${from.padEnd(NAME_WIDTH)} ${pc.dim('→')} ${to.padEnd(NAME_WIDTH)}`;
  say(`${stamp(ms)}${route}  ${pc.cyan(action.padEnd(ACTION_WIDTH))}  ${detail}`.trimEnd());
}

/**
 * How a payment ended.
 *
 * @param {boolean} isGood
 * @param {string} outcome
 * @param {string} about
 */
export function verdict(isGood, outcome, about) {
  say(`${INDENT}${isGood ? pc.green('✔') : pc.yellow('✘')} ${pc.bold(outcome)}  ${pc.dim(about)}`);
}

/** @param {string} text */
export function complain(text) {
  console.error(pc.red(text));
}
