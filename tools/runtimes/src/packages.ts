export const PACKAGES = ['core', 'formats', 'node', 'pdfkit', 'jszip', 'pngjs', 'sharp'] as const;
export type Package = (typeof PACKAGES)[number];

/** Why a package cannot be used at all where there is no Node.js. */
export const PROCESS_ONLY: Partial<Record<Package, string>> = {
  node: 'it is about the files and streams of Node.js',
  sharp: 'sharp is a native library',
};
