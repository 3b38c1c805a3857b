import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const HERE = dirname(fileURLToPath(import.meta.url));
export const ROOT: string = resolve(HERE, '../../..');
const INSIDE = join(ROOT, 'tools/runtimes/src/inside');
export const OUT: string = join(ROOT, 'tools/runtimes/out');

/** `process`: Node.js and what is like it, which resolves the packages by itself. `web`: everything in one file. */
export type Target = 'process' | 'web';

/** What the tests import of Node.js, and what a browser has instead. */
const WEB: Record<string, string> = {
  'node:events': 'node-events.ts',
  'node:fs': 'node-fs.ts',
  'node:process': 'process.ts',
  'node:stream': 'node-stream.ts',
  'node:timers/promises': 'node-timers-promises.ts',
  'node:zlib': 'node-zlib.ts',
};
const NEEDS: Record<string, string> = {
  'node:http': 'a server',
  'node:net': 'a server',
  'node:child_process': 'processes',
  'node:vm': '`node:vm`',
  'node:module': 'files',
  'node:os': 'files',
  'node:path': 'files',
  'node:url': 'files',
};
/** What a page has to do before it can use a package. */
const BEFORE: Record<string, string> = {
  pdfkit: `
    import { registerStdFonts } from 'pdfkit';
    import Helvetica from 'pdfkit/standard-fonts/Helvetica';
    import TimesItalic from 'pdfkit/standard-fonts/TimesItalic';
    registerStdFonts(Helvetica);
    registerStdFonts(TimesItalic);`,
};
const GLOBALS = ['Buffer', 'process', 'setImmediate'];

/** Bundles test files of a package, against its `dist`. Returns the path of a module. */
export async function bundle(target: Target, name: string, files: readonly string[]): Promise<string> {
  const folder = join(OUT, target, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, 'tests.js');
  const own = join(INSIDE, 'web', `${name}-contract.ts`);
  const all = target === 'web' && existsSync(own) ? [...files, relative(ROOT, own)] : files;
  const loaders = all.map((file) => `${JSON.stringify(file)}: () => import(${JSON.stringify(join(ROOT, file))}),`);
  const start =
    target === 'web'
      ? `import { runInPage } from './web/in-page.ts';\n${BEFORE[name] ? `import 'before';` : ''}\nexport const run = runInPage(files);`
      : `import { runInProcess } from './in-process.ts';\nawait runInProcess(files);`;
  await build({
    stdin: {
      contents: `const files = {${loaders.join('\n')}};\n${start}`,
      resolveDir: INSIDE,
      sourcefile: `${name}-tests.ts`,
      loader: 'ts',
    },
    bundle: true,
    outfile,
    format: 'esm',
    target: 'es2022',
    logLevel: 'error',
    platform: target === 'web' ? 'browser' : 'node',
    // Names are kept by calls that fflate would copy into a worker, where they fail.
    keepNames: target === 'process',
    plugins: [target === 'web' ? webPlugin(name) : processPlugin(folder), testPlugin(target)],
    ...(target === 'web' ? { define: { global: 'globalThis', 'process.env.NODE_ENV': '"production"' } } : {}),
    ...(target === 'process'
      ? {
          banner: {
            js: `import { createRequire as $create } from 'node:module'; const require = $create(import.meta.url);`,
          },
        }
      : {}),
  });
  if (target === 'process') {
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
    symlinkSync(join(ROOT, 'packages', name, 'node_modules'), join(folder, 'node_modules'));
  }
  return outfile;
}

/** What tests import is the built package, not its sources; `import.meta` is that of the test. */
function testPlugin(target: Target): Plugin {
  return {
    name: 'tests',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^vitest$/ }, () => ({ path: join(INSIDE, 'vitest.ts') }));
      onResolve({ filter: /^@memio\/testkit(\/python)?$/ }, () => ({ path: join(INSIDE, 'testkit.ts') }));
      onResolve({ filter: /^@memio\/testkit\/hostile-server$/ }, () =>
        target === 'web'
          ? { path: 'node:http', namespace: 'node' }
          : { path: join(ROOT, 'tools/testkit/src/hostile-server.ts') },
      );
      onResolve({ filter: /^@memio\/conformance$/ }, () => ({
        path: join(ROOT, 'packages/conformance/src/index.ts'),
      }));
      onLoad({ filter: /\/(packages|tools\/testkit)\/.*\/?src\/.*\.ts$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8')
          .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
          .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)));
        const globals = GLOBALS.filter((name) => new RegExp(`\\b${name}\\b`).test(text) && !imports(text, name));
        const head =
          target === 'web' && globals.length > 0
            ? `import { ${globals.join(', ')} } from ${JSON.stringify(join(INSIDE, 'web/globals.ts'))};`
            : '';
        return { contents: head + text, loader: 'ts' };
      });
    },
  };
}

const imports = (text: string, name: string) => new RegExp(`^import .*\\b${name}\\b.* from`, 'm').test(text);

/** The built file of a source file of a package, if there is one: tests and their helpers are not built. */
function builtOf(path: string): string | undefined {
  const [, head, tail] = /^(.*\/packages\/[^/]+)\/src\/(.*)\.ts$/.exec(path) ?? [];
  const built = `${head}/dist/${tail}.js`;
  return head !== undefined && existsSync(built) ? built : undefined;
}

function processPlugin(folder: string): Plugin {
  return {
    name: 'process',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, resolveDir }) => {
        const built = builtOf(resolve(resolveDir, path));
        return built ? { path: relative(folder, built), external: true } : undefined;
      });
      // The packages and their hosts are found by the runtime; the test runner is part of the bundle.
      onResolve({ filter: /^[^./]/ }, ({ path, importer }) =>
        /\/packages\//.test(importer) && !/^(vitest$|@memio\/(testkit|conformance))/.test(path)
          ? { path, external: true }
          : undefined,
      );
    },
  };
}

function webPlugin(name: string): Plugin {
  return {
    name: 'web',
    setup({ onResolve, onLoad, resolve: find }) {
      onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, resolveDir }) => {
        const built = builtOf(resolve(resolveDir, path));
        return built ? { path: built } : undefined;
      });
      onResolve({ filter: /^before$/ }, () => ({ path: name, namespace: 'before' }));
      onLoad({ filter: /.*/, namespace: 'before' }, () => ({
        contents: BEFORE[name]!,
        resolveDir: join(ROOT, 'packages', name),
      }));
      onResolve({ filter: /^[@a-z]/ }, ({ path, importer, kind }) => {
        if (
          !importer.endsWith(`/inside/web/${name}-contract.ts`) ||
          /^(vitest|readable-stream|@memio\/conformance)$/.test(path)
        )
          return undefined;
        const folder = join(ROOT, 'packages', name);
        if (path === `@memio/${name}`) return { path: join(folder, 'dist/index.js') };
        return find(path, { resolveDir: folder, kind });
      });
      onResolve({ filter: /^pngjs$/ }, ({ resolveDir, kind }) => find('pngjs/browser.js', { resolveDir, kind }));
      onResolve({ filter: /^node:/ }, ({ path, namespace }) =>
        namespace === 'node' ? { path: join(INSIDE, 'web', WEB[path]!) } : { path, namespace: 'node' },
      );
      // What is not there is noticed when it is used: a test that does so is not applicable.
      onLoad({ filter: /.*/, namespace: 'node' }, ({ path }) => ({
        contents: `
          const { absent } = require(${JSON.stringify(join(INSIDE, 'not-applicable.ts'))});
          const there = ${WEB[path] ? `require(${JSON.stringify(path)})` : '{}'};
          const needs = (name) => function () { return absent(${NEEDS[path] ? JSON.stringify(NEEDS[path]) : `'\`' + name + '\` of \`${path}\`'`}); };
          // esbuild copies the names that there are, and keeps the prototype.
          const rest = new Proxy({}, { get: (_, name) => (name === '__esModule' ? undefined : needs(String(name))) });
          module.exports = Object.create(rest, Object.getOwnPropertyDescriptors(there));`,
        resolveDir: INSIDE,
        loader: 'js',
      }));
    },
  };
}
