/**
 * `npm run build:image`: what the container image holds, in dist/image, as bundles without node_modules. Run by Node itself,
 * types stripped, after build/build.ts.
 */
import { build } from 'esbuild';
import { cpSync, existsSync, globSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = dirname(import.meta.dirname);
const dist = join(root, 'dist');
const image = join(dist, 'image');

interface Bundler {
  bundle: (options: { entry: string; outFile: string }) => Promise<boolean>;
}
const { bundle } = (await import(pathToFileURL(join(dist, 'libs/bundler/src/bundle.js')).href)) as Bundler;

rmSync(image, { recursive: true, force: true });

/** The entry of every container, and beside it what a function's process runs. */
await build({
  entryPoints: ['container/cli.js', 'function/runtime.js'].map((file) => join(dist, 'localstack/src', file)),
  outdir: join(image, 'tabletop'),
  entryNames: '[name]',
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // Packages written as CommonJS ask for what Node gives only those.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
});

/** Functions have a handler, HTTP services a server as well. */
const apps = globSync('apps/*/src/lambda.js', { cwd: dist }).map((file) => dirname(dirname(file)));
await Promise.all(
  apps.map(async (app) => {
    const server = join(dist, app, 'src/main.js');
    if (!existsSync(server))
      return bundle({
        entry: join(dist, app),
        outFile: join(image, 'functions', app.replace(/^apps./, ''), 'index.cjs'),
      });
    await bundle({ entry: server, outFile: join(image, app, 'src/main.cjs') });
    return cpSync(join(dist, app, 'openapi.json'), join(image, app, 'openapi.json'));
  }),
);
for (const stamp of globSync('**/*.stamp.json', { cwd: image })) rmSync(join(image, stamp));

const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const pages = join(image, 'node_modules/swagger-ui-dist');
mkdirSync(pages, { recursive: true });
for (const file of ['package.json', 'swagger-ui.css', 'swagger-ui-bundle.js'])
  cpSync(join(swagger, file), join(pages, file));
