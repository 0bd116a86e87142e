import { resolve } from 'node:path';
import ts from 'typescript';

/** Members by name, `?` behind those that may be absent, with the texts that a member is limited to. */
export type Shape = Record<string, string[] | 'anything'>;

const ROOT = resolve(import.meta.dirname, '../..');

/** The types of the client, as the compiler sees them. */
export class Types {
  private readonly checker: ts.TypeChecker;
  private readonly source: ts.SourceFile;

  /** @param file of the repository */
  constructor(file: string) {
    const path = resolve(ROOT, file);
    const { config } = ts.readConfigFile(resolve(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path));
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
    const program = ts.createProgram([path], options);
    this.checker = program.getTypeChecker();
    this.source = program.getSourceFile(path)!;
  }

  named(name: string): ts.Type {
    const all = this.checker.getExportsOfModule(this.checker.getSymbolAtLocation(this.source)!);
    return this.checker.getDeclaredTypeOfSymbol(all.find((symbol) => symbol.name === name)!);
  }

  /** The types of the members of a type. */
  members(type: ts.Type): Map<string, ts.Type> {
    const members = this.checker.getPropertiesOfType(type);
    return new Map(members.map((member) => [member.name, this.checker.getTypeOfSymbol(member)]));
  }

  shape(type: ts.Type): Shape {
    const members = this.checker.getPropertiesOfType(type).map((member) => {
      const isOptional = (member.flags & ts.SymbolFlags.Optional) !== 0;
      return [`${member.name}${isOptional ? '?' : ''}`, this.texts(this.checker.getTypeOfSymbol(member))];
    });
    return Object.fromEntries(members) as Shape;
  }

  private texts(type: ts.Type): string[] | 'anything' {
    const parts = type.isUnion() ? type.types : [type];
    const present = parts.filter((part) => (part.flags & ts.TypeFlags.Undefined) === 0);
    return present.every((part) => part.isStringLiteral())
      ? present.map((part) => part.value).sort()
      : 'anything';
  }
}
