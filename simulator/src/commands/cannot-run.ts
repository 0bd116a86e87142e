/** What was asked for can not be done at all: the program ends with 2 and says this. */
export class CannotRun extends Error {
  override readonly name = 'CannotRun';
}
