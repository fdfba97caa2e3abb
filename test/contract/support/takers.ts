import ts from "typescript";
import { ENTRY_POINTS, Export, exportsOf } from "./exports";
import { isOpaqueClass } from "./opaque-classes";

/**
 * Everything that users can give an opaque value to: `WebAdminOptions.password`, a property of an exported interface, or
 * `ClusterContent.addStickyPath`, a method of an exported class.
 */
export function takersOfOpaqueValues(): string[] {
  const exported = ENTRY_POINTS.flatMap(exportsOf);
  const names = exported.filter(({ declaration }) => isOpaqueClass(declaration)).map(({ name }) => name);
  const mentions = (node: ts.Node | undefined): boolean =>
    node !== undefined &&
    ((ts.isIdentifier(node) && names.includes(node.text)) || (ts.forEachChild(node, mentions) ?? false));
  const takers = exported.flatMap(({ name, declaration }) =>
    membersOf(declaration)
      .filter((member) => isPublic(member) && typesTakenBy(member).some(mentions))
      .map((member) => `${name}.${ts.isConstructorDeclaration(member) ? "constructor" : member.name!.getText()}`),
  );
  return [...new Set(takers)].sort();
}

function membersOf(declaration: Export["declaration"]): readonly (ts.TypeElement | ts.ClassElement)[] {
  return ts.isInterfaceDeclaration(declaration) || ts.isClassDeclaration(declaration) ? declaration.members : [];
}

function isPublic(member: ts.TypeElement | ts.ClassElement): boolean {
  const modifiers = ts.canHaveModifiers(member) ? (ts.getModifiers(member) ?? []) : [];
  const isHidden = modifiers.some(({ kind }) =>
    [ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword].includes(kind),
  );
  return !isHidden && ts.getJSDocTags(member).every(({ tagName }) => tagName.text !== "internal");
}

function typesTakenBy(member: ts.TypeElement | ts.ClassElement): (ts.TypeNode | undefined)[] {
  if (ts.isPropertySignature(member)) {
    return [member.type];
  }
  return ts.isMethodDeclaration(member) || ts.isConstructorDeclaration(member) || ts.isMethodSignature(member)
    ? member.parameters.map(({ type }) => type)
    : [];
}
