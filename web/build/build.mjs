// Builds every browser asset into the package's dist folder. No network, no configuration file.
import * as esbuild from 'esbuild';
import fs from 'node:fs';
import path from 'node:path';
import { budgetLines, printBudget } from './budget.mjs';
import { writeLicenses } from './licenses.mjs';
import { buildMark, buildSprite, iconNames } from './sprite.mjs';
import { buildWorld } from './world.mjs';

const OUT = 'src/loomline/surface/static/dist';
const NEXT = `${OUT}.next`;
const watch = process.argv.includes('--watch');
const strict = process.argv.includes('--strict');

// A font that comes late would move what stands; it is preloaded, and what it misses waits for the next page.
const calmFonts = {
  name: 'calm-fonts',
  setup: (build) => build.onLoad({ filter: /@fontsource-variable.*\.css$/ }, ({ path: file }) => ({
    contents: fs.readFileSync(file, 'utf8').replaceAll('font-display: swap', 'font-display: optional'),
    loader: 'css',
  })),
};

const options = (outdir) => ({
  entryPoints: { app: 'web/js/app.js', styles: 'web/css/app.css', calendar: 'web/css/calendar.css' },
  outdir,
  bundle: true,
  minify: true,
  splitting: true,
  format: 'esm',
  target: ['es2022', 'chrome125', 'firefox128', 'safari18'],
  entryNames: '[name]-[hash]',
  chunkNames: 'c/[name]-[hash]',
  assetNames: 'a/[name]-[hash]',
  loader: { '.woff2': 'file', '.svg': 'dataurl' },
  metafile: true,
  legalComments: 'none',
  plugins: [calmFonts],
  logLevel: 'warning',
});

function manifestOf(out, metafile) {
  const manifest = {};
  for (const [file, meta] of Object.entries(metafile.outputs)) {
    const name = path.relative(out, file).split(path.sep).join('/');
    if (meta.entryPoint) manifest[path.basename(meta.entryPoint)] = name;
    if (/inter-latin-opsz-normal/.test(name)) manifest.font = name;
  }
  return manifest;
}

async function build() {
  fs.rmSync(NEXT, { recursive: true, force: true });
  fs.mkdirSync(NEXT, { recursive: true });

  const drawn = { 'icons.svg': buildSprite(NEXT), 'mark.svg': buildMark(NEXT), 'world.svg': buildWorld(NEXT) };
  const { metafile } = await esbuild.build(options(NEXT));
  const manifest = { ...drawn, ...manifestOf(NEXT, metafile), icons: iconNames() };
  writeLicenses(NEXT, metafile);
  fs.writeFileSync(path.join(NEXT, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);

  const lines = budgetLines(NEXT, metafile, manifest);
  printBudget(lines);
  if (strict && lines.some(({ over }) => over)) throw new Error('An asset is over its budget; see the table above.');

  fs.rmSync(OUT, { recursive: true, force: true });
  fs.renameSync(NEXT, OUT);
}

await build();
if (watch) {
  let pending;
  const again = () => {
    clearTimeout(pending);
    pending = setTimeout(() => build().catch((error) => console.error(error.message)), 80);
  };
  for (const folder of ['web/css', 'web/js']) fs.watch(folder, { recursive: true }, again);
  fs.watch('web/icons.txt', again);
}
