// Collects the licence texts of every package whose code or data ends up in the output.
import fs from 'node:fs';
import path from 'node:path';

const DRAWN_FROM = ['@tabler/icons', 'world-atlas'];
const NAMES = /^(licen[cs]e|notice|copying|copyright|ofl)([-.].*)?$/i;

function packageOf(input) {
  const parts = input.split('node_modules/');
  if (parts.length < 2) return null;
  const [scope, name] = parts.at(-1).split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}

function textOf(name) {
  const folder = path.join('node_modules', name);
  const { version, license } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const files = fs.readdirSync(folder).filter((file) => NAMES.test(file)).sort();
  const body = files.map((file) => fs.readFileSync(path.join(folder, file), 'utf8').trim()).join('\n\n');
  return `${name} ${version} (${license})\n${'-'.repeat(72)}\n${body || 'Licence text: see the licence named above.'}\n`;
}

export function writeLicenses(out, metafile) {
  const bundled = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs).map(packageOf));
  const names = [...new Set([...bundled, ...DRAWN_FROM])].filter(Boolean).sort();
  fs.writeFileSync(path.join(out, 'LICENSES.txt'), names.map(textOf).join('\n\n'));
}
