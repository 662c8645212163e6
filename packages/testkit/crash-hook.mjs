// Kills a process at its n-th file operation: node --import @snowmelt/testkit/crash-hook PROGRAM, with
//   SNOWMELT_CRASH_UNDER  count operations on paths in this folder only (default: all)
//   SNOWMELT_CRASH_AT     die before the operation of this number, counted from 1
//   SNOWMELT_CRASH_AFTER  die after it
//   SNOWMELT_CRASH_COUNT  at the end, write the number of operations to this file
//   SNOWMELT_CRASH_LOG    and what they were, one a line, to this one
// Counted is what changes files: Node's own functions, and COPY statements of DuckDB.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBConnection } from '@duckdb/node-api';

const under = process.env.SNOWMELT_CRASH_UNDER === undefined ? undefined : resolve(process.env.SNOWMELT_CRASH_UNDER);
const dieBefore = Number(process.env.SNOWMELT_CRASH_AT ?? Number.NaN);
const dieAfter = Number(process.env.SNOWMELT_CRASH_AFTER ?? Number.NaN);
const plain = { writeFileSync: fs.writeFileSync };
const log = [];

function die() {
  process.kill(process.pid, 'SIGKILL');
  // The signal ends the process at its leisure; nothing may happen until then.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

let isInside = false;

/** Counts an operation on `paths` and dies if it is the one; returns its number, NaN where it does not count. */
function begin(name, paths) {
  // What one of these functions calls to do its work is part of it.
  if (isInside || !paths.some(isWatched)) return Number.NaN;
  log.push(`${name} ${paths.join(' ')}`);
  if (log.length === dieBefore) die();
  return log.length;
}

function inside(run) {
  const before = isInside;
  isInside = true;
  try {
    return run();
  } finally {
    isInside = before;
  }
}

/** Observes an operation that has ended when it returns, or when its promise is kept. */
function observe(name, paths, run) {
  const number = begin(name, paths);
  const result = inside(run);
  if (number !== dieAfter) return result;
  return typeof result?.then === 'function' ? result.then(die) : die();
}

/** Observes an operation that has ended when it calls back. */
function observeCallback(name, paths, run, args) {
  const number = begin(name, paths);
  const callback = args.at(-1);
  const ended = (...results) => {
    if (number === dieAfter) die();
    callback(...results);
  };
  return inside(() => run(...args.slice(0, -1), ended));
}

function isWatched(path) {
  return path !== undefined && (under === undefined || path === under || path.startsWith(under + sep));
}

function toPath(value) {
  if (value instanceof URL) return value.protocol === 'file:' ? fileURLToPath(value) : undefined;
  return typeof value === 'string' || Buffer.isBuffer(value) ? resolve(String(value)) : undefined;
}

const isWriting = (flags) => (typeof flags === 'number' ? (flags & 3) !== 0 : /[wa+]/.test(String(flags ?? 'r')));
const ON_PATHS = [
  'writeFile',
  'appendFile',
  'rename',
  'link',
  'symlink',
  'copyFile',
  'unlink',
  'mkdir',
  'rmdir',
  'rm',
  'truncate',
  'mkdtemp',
];
const ON_HANDLES = ['write', 'writev', 'writeFile', 'appendFile', 'truncate', 'sync', 'datasync'];
const ON_DESCRIPTORS = ['write', 'writev', 'ftruncate', 'fsync', 'fdatasync'];
const descriptors = new Map();

function patch(target, name, wrap) {
  const original = target[name];
  target[name] = wrap(original);
}

const pathsOf = (args) => args.slice(0, 2).map(toPath);

for (const name of ON_PATHS) {
  const targets = name === 'writeFile' || name === 'appendFile' || name.startsWith('mk') || name.startsWith('rm') ? 1 : 2;
  const paths = (args) => pathsOf(args).slice(0, targets);
  patch(
    fs.promises,
    name,
    (original) =>
      (...args) =>
        observe(name, paths(args), () => original(...args)),
  );
  patch(
    fs,
    `${name}Sync`,
    (original) =>
      (...args) =>
        observe(name, paths(args), () => original(...args)),
  );
  patch(
    fs,
    name,
    (original) =>
      (...args) =>
        observeCallback(name, paths(args), original, args),
  );
}

patch(fs.promises, 'open', (original) => async (path, flags, mode) => {
  const of = toPath(path);
  const open = () => original(path, flags, mode);
  const handle = isWriting(flags) ? await observe('open', [of], open) : await open();
  for (const name of ON_HANDLES) {
    const method = handle[name].bind(handle);
    handle[name] = (...args) => observe(name, [of], () => method(...args));
  }
  return handle;
});
patch(fs, 'openSync', (original) => (path, flags, mode) => {
  const open = () => original(path, flags, mode);
  const descriptor = isWriting(flags) ? observe('open', [toPath(path)], open) : open();
  descriptors.set(descriptor, toPath(path));
  return descriptor;
});
patch(fs, 'open', (original) => (path, ...rest) => {
  const callback = rest.at(-1);
  const remember = (error, descriptor) => {
    if (error === null) descriptors.set(descriptor, toPath(path));
    callback(error, descriptor);
  };
  const args = [path, ...rest.slice(0, -1), remember];
  return isWriting(rest.length > 1 ? rest[0] : 'r') ? observeCallback('open', [toPath(path)], original, args) : original(...args);
});
for (const name of ON_DESCRIPTORS) {
  patch(
    fs,
    `${name}Sync`,
    (original) =>
      (descriptor, ...rest) =>
        observe(name, [descriptors.get(descriptor)], () => original(descriptor, ...rest)),
  );
  patch(
    fs,
    name,
    (original) =>
      (descriptor, ...rest) =>
        observeCallback(name, [descriptors.get(descriptor)], original, [descriptor, ...rest]),
  );
}
syncBuiltinESMExports();

for (const name of ['run', 'stream', 'start', 'startStream']) {
  patch(
    DuckDBConnection.prototype,
    name,
    (original) =>
      function observed(sql, ...rest) {
        const target = /^\s*COPY\b[\s\S]*\bTO\s+'((?:[^']|'')+)'/i.exec(sql)?.[1]?.replaceAll("''", "'");
        return observe('copy', [target === undefined ? undefined : resolve(target)], () => original.call(this, sql, ...rest));
      },
  );
}

process.on('exit', () => {
  const { SNOWMELT_CRASH_COUNT: count, SNOWMELT_CRASH_LOG: file } = process.env;
  if (count !== undefined) plain.writeFileSync(count, String(log.length));
  if (file !== undefined) plain.writeFileSync(file, log.map((line) => `${line}\n`).join(''));
});
