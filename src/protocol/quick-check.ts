import { getMetadataStorage, ValidationTypes } from 'class-validator';

/** True if the library would find nothing wrong with an instance of the class. */
export type QuickCheck = (dto: object) => boolean;

type Metadata = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];

/** What is asked of one property, if the conditions for asking hold. */
interface Rules {
  name: string;
  conditions: ((dto: object, value: unknown) => boolean)[];
  accepts: ((value: unknown) => boolean)[];
}

/**
 * Compiles what the decorators of a class ask for into plain calls of the library's own validators. Walking its metadata anew for
 * each message costs twenty times the parsing of the message. The verdict is for good messages only: whatever is not accepted
 * here, the library judges, and it alone words the errors.
 * @returns undefined if the class has rules that only the library can apply
 */
export function compileQuickCheck(type: new () => object): QuickCheck | undefined {
  const byProperty = new Map<string, Rules>();
  for (const metadata of getMetadataStorage().getTargetValidationMetadatas(type, '', false, false)) {
    const name = metadata.propertyName;
    const rules = byProperty.get(name) ?? { name, conditions: [], accepts: [] };
    byProperty.set(name, rules);
    if (metadata.type === ValidationTypes.CONDITIONAL_VALIDATION) {
      rules.conditions.push(metadata.constraints[0] as Rules['conditions'][number]);
      continue;
    }
    const accepts = compileRule(type, metadata);
    if (!accepts) return undefined;
    rules.accepts.push(accepts);
  }
  const all = [...byProperty.values()];
  return (dto) => all.every((rules) => isAccepted(dto, rules));
}

function isAccepted(dto: object, { name, conditions, accepts }: Rules): boolean {
  const value = (dto as Record<string, unknown>)[name];
  return !conditions.every((holds) => holds(dto, value)) || accepts.every((accept) => accept(value));
}

function compileRule(type: new () => object, metadata: Metadata): ((value: unknown) => boolean) | undefined {
  const [constraint, ...others] = getMetadataStorage().getTargetValidatorConstraints(metadata.constraintCls);
  const isPlain = metadata.type === ValidationTypes.CUSTOM_VALIDATION && !metadata.validateIf;
  if (!isPlain || !constraint || constraint.async || others.length > 0) {
    return undefined;
  }
  const { instance } = constraint;
  const { propertyName: property, constraints } = metadata;
  const told = { targetName: type.name, property, constraints, value: undefined as unknown, object: {} };
  const accept = (value: unknown) => {
    told.value = value;
    return instance.validate(value, told) === true;
  };
  return metadata.each ? (value) => Array.isArray(value) && value.every(accept) : accept;
}
