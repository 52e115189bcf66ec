// One SVG sprite with exactly the icons that web/icons.txt names. An unknown name fails the build.
import fs from 'node:fs';
import path from 'node:path';
import { writeHashed } from './hashed.mjs';

const OUTLINE = 'node_modules/@tabler/icons/icons/outline';

export function iconNames() {
  return [...new Set(fs.readFileSync('web/icons.txt', 'utf8').split(/\s+/).filter(Boolean))].sort();
}

function shape(name) {
  return fs
    .readFileSync(path.join(OUTLINE, `${name}.svg`), 'utf8')
    .replace(/^[\s\S]*?<svg[\s\S]*?>/, '')
    .replace(/<\/svg>\s*$/, '')
    .replace(/<path stroke="none"[^>]*\/>/, '')
    .replace(/\s+/g, ' ')
    .trim();
}

export function buildSprite(out) {
  const names = iconNames();
  const unknown = names.filter((name) => !fs.existsSync(path.join(OUTLINE, `${name}.svg`)));
  if (unknown.length) throw new Error(`web/icons.txt names icons that do not exist: ${unknown.join(', ')}`);

  const symbols = names.map((name) => `<symbol id="${name}" viewBox="0 0 24 24">${shape(name)}</symbol>`);
  return writeHashed(out, 'icons', 'svg', `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`);
}

// The sign in the browser's tab: the two threads of the brand on the accent.
export function buildMark(out) {
  const threads = 'M3 5.2c4 0 4 7.6 8 7.6h4M3 12.8c4 0 4-7.6 8-7.6h4';
  const drawn =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-5 -5 28 28"><rect x="-5" y="-5" width="28" height="28" rx="8" ' +
    `fill="#3b4cca"/><path d="${threads}" fill="none" stroke="#fff" stroke-width="1.9" stroke-linecap="round"/></svg>`;
  return writeHashed(out, 'mark', 'svg', drawn);
}
