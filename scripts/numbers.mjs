// @ts-check
import { InvalidArgumentError } from 'commander';

/**
 * For an option of a command line: a whole number.
 * @param {number} least
 */
export function count(least = 1) {
  return (/** @type {string} */ text) => {
    if (!/^\d{1,12}$/.test(text) || Number(text) < least) {
      throw new InvalidArgumentError(`must be a whole number, at least ${least}`);
    }
    return Number(text);
  };
}

/**
 * For an option of a command line: a length, a rate and the like.
 * @param {string} text
 */
export function aboveZero(text) {
  if (!/^\d{1,12}(\.\d+)?$/.test(text) || Number(text) <= 0) {
    throw new InvalidArgumentError('must be a number above 0');
  }
  return Number(text);
}
