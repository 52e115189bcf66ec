// Writes a file under a name that carries the hash of its content, so that it may be cached for ever.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

export function writeHashed(out, stem, suffix, text) {
  const hash = crypto.createHash('sha256').update(text).digest('hex').slice(0, 8).toUpperCase();
  const file = `a/${stem}-${hash}.${suffix}`;
  fs.mkdirSync(path.join(out, 'a'), { recursive: true });
  fs.writeFileSync(path.join(out, file), text);
  return file;
}
