export const hooks = {
  /** Leaves out of what is published what only this repository needs: its scripts, its tools, and the way to its sources. */
  beforePacking({ scripts, devDependencies, memio, ...manifest }) {
    for (const [entry, target] of Object.entries(manifest.exports ?? {}))
      if (target['@memio/source']) manifest.exports[entry] = target.default;
    return manifest;
  },
};
