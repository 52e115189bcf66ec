// Prints what a browser has to fetch, beside what we allow ourselves, and says which line is over.
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';

const KB = 1024;
const BUDGET = { styles: 20, script: 30, sprite: 20, font: 75, board: 15, calendar: 52, sheet: 3 };

const packed = (file) => zlib.brotliCompressSync(fs.readFileSync(file)).length / KB;
const raw = (file) => fs.statSync(file).size / KB;

// A lazy chunk is charged with everything it imports that the first load has not already brought.
function closure(outputs, file, seen = new Set()) {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { path: next, kind } of outputs[file].imports) {
    if (kind === 'import-statement' && outputs[next]) closure(outputs, next, seen);
  }
  return seen;
}

const sum = (files, size) => [...files].reduce((total, file) => total + size(file), 0);

function lazy(outputs, entry, marker) {
  const first = closure(outputs, entry);
  const chunk = Object.keys(outputs).find((file) =>
    outputs[file].entryPoint?.includes(marker) || Object.keys(outputs[file].inputs).some((i) => i.includes(marker)));
  if (!chunk || first.has(chunk)) return [];
  return [...closure(outputs, chunk)].filter((file) => !first.has(file));
}

export function budgetLines(out, metafile, manifest) {
  const outputs = metafile.outputs;
  const entry = path.join(out, manifest['app.js']);
  return [
    ['styles', sum([path.join(out, manifest['app.css'])], packed)],
    ['script', sum(closure(outputs, entry), packed)],
    ['sprite', packed(path.join(out, manifest['icons.svg']))],
    ['font', raw(path.join(out, manifest.font))],
    ['board', sum(lazy(outputs, entry, 'sortablejs'), packed)],
    ['calendar', sum(lazy(outputs, entry, '@event-calendar'), packed)],
    ['sheet', sum(lazy(outputs, entry, 'js/sheet.js'), packed)],
  ].map(([name, size]) => ({ name, size, allowed: BUDGET[name], over: size > BUDGET[name] }));
}

export function printBudget(lines) {
  console.log('asset      KB br   allowed');
  for (const { name, size, allowed, over } of lines) {
    const row = `${name.padEnd(9)} ${size.toFixed(1).padStart(6)} ${String(allowed).padStart(9)}`;
    console.log(over ? `${row}  OVER` : row);
  }
}
