export { copyTree } from './copy-tree.ts';
export { pnpm, type RunOptions, run } from './run.ts';
export { inTemporaryFolder } from './temporary-folder.ts';
export {
  allPackages,
  dependenciesFirst,
  entryPoints,
  isAdapter,
  type Manifest,
  type Package,
  pathOf,
  publishedPackages,
  ROOT,
  readManifest,
} from './workspace.ts';
