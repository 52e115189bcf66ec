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

// For the packages that name the MIT licence and leave its text out.
const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

function textOf(name) {
  const folder = path.join('node_modules', name);
  const { version, license } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const files = fs.readdirSync(folder).filter((file) => NAMES.test(file)).sort();
  let body = files.map((file) => fs.readFileSync(path.join(folder, file), 'utf8').trim()).join('\n\n');
  if (!body && license === 'MIT') body = `Copyright (c) the authors of ${name}\n\n${MIT}`;
  if (!body) throw new Error(`${name} has no licence text in its package; add one to web/build/licenses.mjs.`);
  return `${name} ${version} (${license})\n${'-'.repeat(72)}\n${body}\n`;
}

export function writeLicenses(out, metafile) {
  const bundled = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs).map(packageOf));
  const names = [...new Set([...bundled, ...DRAWN_FROM])].filter(Boolean).sort();
  fs.writeFileSync(path.join(out, 'LICENSES.txt'), names.map(textOf).join('\n\n'));
}
