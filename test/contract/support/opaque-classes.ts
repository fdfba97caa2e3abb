import ts from "typescript";

/**
 * Whether a declaration is that of a class whose values its own factories make, and nobody else: one with a private constructor,
 * or with a kind that it says.
 */
export function isOpaqueClass(declaration: ts.Declaration): declaration is ts.ClassDeclaration {
  return (
    ts.isClassDeclaration(declaration) &&
    declaration.members.some(
      (member) =>
        (ts.isConstructorDeclaration(member) &&
          member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword)) ||
        (ts.isGetAccessorDeclaration(member) && member.name.getText() === "[KIND]"),
    )
  );
}
