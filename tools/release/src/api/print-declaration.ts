import ts from 'typescript-6.0';
import { isHidden } from './is-hidden.ts';

const PRINTER = ts.createPrinter({ removeComments: true });
const DROPPED = new Set([ts.SyntaxKind.ExportKeyword, ts.SyntaxKind.DeclareKeyword, ts.SyntaxKind.DefaultKeyword]);

/**
 * A declaration as users see it: without comments and private members, its members sorted by name. Whatever can change
 * without a difference for users is left out, so that every change of the text is one for them.
 */
export function printDeclaration(declaration: ts.Node): string {
  const { transformed, dispose } = ts.transform(declaration, [simplify]);
  try {
    return PRINTER.printNode(ts.EmitHint.Unspecified, transformed[0]!, declaration.getSourceFile());
  } finally {
    dispose();
  }
}

const simplify: ts.TransformerFactory<ts.Node> = (context) => {
  const { factory } = context;
  const visit = (node: ts.Node): ts.Node | undefined => {
    if (ts.isModifier(node) && DROPPED.has(node.kind)) return undefined;
    // How a function takes its options apart is its own business.
    if (ts.isObjectBindingPattern(node)) return factory.createIdentifier('options');
    const visited = ts.visitEachChild(node, visit, context);
    if (ts.isClassDeclaration(visited)) {
      const { modifiers, name, typeParameters, heritageClauses } = visited;
      const members = sorted((node as ts.ClassDeclaration).members.filter((one) => !isHidden(one)));
      const simple = members.map((one) => ts.visitNode(one, visit) as ts.ClassElement);
      return factory.updateClassDeclaration(visited, modifiers, name, typeParameters, heritageClauses, simple);
    }
    if (ts.isInterfaceDeclaration(visited)) {
      const { modifiers, name, typeParameters, heritageClauses } = visited;
      const simple = sorted((node as ts.InterfaceDeclaration).members).map(
        (one) => ts.visitNode(one, visit) as ts.TypeElement,
      );
      return factory.updateInterfaceDeclaration(visited, modifiers, name, typeParameters, heritageClauses, simple);
    }
    return visited;
  };
  return (node) => visit(node) ?? node;
};

/** By name; overloads keep their order. A constructor has no name and comes first. */
function sorted<Member extends ts.ClassElement | ts.TypeElement>(members: readonly Member[]): Member[] {
  const key = (member: Member) => member.name?.getText() ?? '';
  return members.toSorted((one, other) => (key(one) < key(other) ? -1 : key(one) > key(other) ? 1 : 0));
}
