// Requires and imports every entry point that is named, by Node.js itself: both have to give the same.
const { deepStrictEqual, notStrictEqual } = require('node:assert');

async function compare(names) {
  for (const name of names) {
    const required = require(name);
    const imported = await import(name);
    notStrictEqual(Object.keys(required).length, 0);
    for (const key of Object.keys(imported)) deepStrictEqual([name, key, required[key]], [name, key, imported[key]]);
  }
  console.log(`Node.js ${process.version} requires and imports ${names.join(', ')}`);
}

compare(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
