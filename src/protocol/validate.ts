import { getMetadataStorage, validateSync } from 'class-validator';
import { GatewayError, type FieldProblem } from './errors.js';
import { compileQuickCheck, type QuickCheck } from './quick-check.js';

type Constructor<T> = new () => T;

/** What is known of a DTO class once it was asked for. */
interface Rules {
  /** Its properties in the order of their declaration. */
  names: string[];
  isGood: QuickCheck | undefined;
}

const rulesOf = new Map<Constructor<object>, Rules>();

/**
 * Checks a plain JSON value against a DTO class. Members that the DTO does not name are ignored, so nothing of the
 * client's choosing (`__proto__`, getters, deep trees) is ever copied.
 * @param path where the value stands in the frame, for the messages; empty for the frame itself
 * @returns the DTO instance
 * @throws GatewayError `VALIDATION_FAILED`; its message names the first offending field, `details` has all of them
 */
export function validateDto<T extends object>(type: Constructor<T>, plain: object, path = ''): T {
  const dto = new type();
  const { names, isGood } = rules(type);
  for (const name of names) {
    if (Object.hasOwn(plain, name)) {
      (dto as Record<string, unknown>)[name] = (plain as Record<string, unknown>)[name];
    }
  }
  if (isGood?.(dto)) {
    return dto;
  }
  const errors = validateSync(dto, { forbidUnknownValues: false });
  if (errors.length > 0) {
    errors.sort((a, b) => names.indexOf(a.property) - names.indexOf(b.property));
    throw validationFailed(
      errors.map(({ property, constraints }) =>
        problem(path, property, Object.values(constraints ?? {})[0] ?? ''),
      ),
    );
  }
  return dto;
}

/** The error for fields that a DTO cannot check by itself. The first problem becomes the message. */
export function validationFailed(details: FieldProblem[]): GatewayError {
  return new GatewayError('VALIDATION_FAILED', {
    message: details[0]?.message ?? 'Validation failed',
    details,
  });
}

function problem(path: string, property: string, message: string): FieldProblem {
  const prefix = path === '' ? '' : `${path}.`;
  return { field: prefix + property, message: prefix + message };
}

function rules(type: Constructor<object>): Rules {
  let known = rulesOf.get(type);
  if (!known) {
    const metadata = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
    const names = [...new Set(metadata.map(({ propertyName }) => propertyName))];
    known = { names, isGood: compileQuickCheck(type) };
    rulesOf.set(type, known);
  }
  return known;
}
