/** How changesets become a changelog: their words, without the commit that brought them. */
module.exports = {
  getReleaseLine: ({ summary }) => `- ${summary.trim().replace(/\n(?=.)/g, '\n  ')}`,
  getDependencyReleaseLine: (_, updated) =>
    updated.length === 0 ? '' : `- Works with ${updated.map((one) => `\`${one.name}\` ${one.newVersion}`).join(', ')}.`,
};
