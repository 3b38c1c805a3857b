import ts from 'typescript-6.0';

/** Nobody outside sees it: not even its type. */
export function isHidden(node: ts.Node): boolean {
  if (!ts.isClassElement(node)) return false;
  if (node.name && ts.isPrivateIdentifier(node.name)) return true;
  if (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Private) return true;
  return ts.getJSDocTags(node).some(({ tagName }) => tagName.text === 'internal');
}
