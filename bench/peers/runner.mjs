// What the peers under Node have in common. A peer's program takes the words of `auklet run` that the comparison needs
// and prints one JSON object on one line:
//
//   node PEER.mjs --describe                                     {"version": ...}
//   node PEER.mjs MODEL [--steps N] [--repeat R] --output-dir DIR --input FILE...    {"inference_seconds": ...}
//
// Outputs are written as outK.bin. The time is that of a run of all frames: with --repeat the median of R more, warm runs.
// It counts copying the inputs in, inferring and copying the outputs out, as that of `auklet run --backend cpu` does. What
// goes wrong is one sentence on stderr, and exit code 1.
import fs from 'node:fs';
import path from 'node:path';
import {createRequire} from 'node:module';
import {parseArgs} from 'node:util';

/** Path of a file of an npm package that is installed beside this one. */
export function packageFile(name, file) {
  return path.join(path.dirname(new URL(import.meta.url).pathname), 'node_modules', name, file);
}

/** The version of an npm package, and Node's. */
export function describe(name) {
  const {version} = JSON.parse(fs.readFileSync(packageFile(name, 'package.json'), 'utf8'));
  return {version: `${name} ${version}, Node ${process.version}`};
}

/**
 * Makes `require` global, as scripts that Emscripten wrote expect it, and runs one of them in the global scope: the
 * packages' own loaders know browsers only.
 */
export function runScript(file, vm) {
  globalThis.require = createRequire(import.meta.url);
  globalThis.__filename = file;
  globalThis.__dirname = path.dirname(file);
  vm.runInThisContext(fs.readFileSync(file, 'utf8'), {filename: file});
}

// The frames of all inputs: frames[step][input] is bytes.
function readFrames(files, steps) {
  const data = files.map(file => new Uint8Array(fs.readFileSync(file)));
  for (const [i, bytes] of data.entries()) {
    if (bytes.length % steps !== 0) throw new Error(`input ${i} has ${bytes.length} bytes, which are not ${steps} frames`);
  }
  return Array.from({length: steps}, (_, step) => data.map(bytes => {
    const size = bytes.length / steps;
    return bytes.slice(step * size, (step + 1) * size);
  }));
}

// Seconds that a run of all frames took, and its outputs: outputs[step][output] is bytes.
async function runFrames(infer, frames) {
  let seconds = 0;
  const outputs = [];
  for (const frame of frames) {
    const began = process.hrtime.bigint();
    let results = infer(frame);
    if (results instanceof Promise) results = await results;
    seconds += Number(process.hrtime.bigint() - began) / 1e9;
    outputs.push(results);
  }
  return {seconds, outputs};
}

function positive(text, name) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} takes a number from 1, not '${text}'`);
  return value;
}

async function run(peer, words) {
  const {values, positionals} = parseArgs({
    args: words,
    allowPositionals: true,
    options: {
      'describe': {type: 'boolean', default: false},
      'steps': {type: 'string', default: '1'},
      'repeat': {type: 'string'},
      'output-dir': {type: 'string'},
      'input': {type: 'string', multiple: true, default: []},
    },
  });
  if (values.describe) return peer.describe();
  if (positionals.length !== 1 || !values['output-dir']) throw new Error('it takes one MODEL and --output-dir');
  const frames = readFrames(values.input, positive(values.steps, 'steps'));
  const infer = await peer.open(new Uint8Array(fs.readFileSync(positionals[0])), values.input.length);
  const first = await runFrames(infer, frames);
  fs.mkdirSync(values['output-dir'], {recursive: true});
  for (const i of first.outputs[0].keys()) {
    fs.writeFileSync(path.join(values['output-dir'], `out${i}.bin`), Buffer.concat(first.outputs.map(step => step[i])));
  }
  if (values.repeat === undefined) return {inference_seconds: first.seconds};
  const seconds = [];
  for (let i = positive(values.repeat, 'repeat'); i > 0; --i) seconds.push((await runFrames(infer, frames)).seconds);
  seconds.sort((a, b) => a - b);
  return {inference_seconds: seconds[Math.floor(seconds.length / 2)]};
}

/**
 * Runs a peer's program. `describe()` returns {version}; `open(model, inputs)` returns (a promise of) a function from
 * the inputs' bytes of one frame to (a promise of) the outputs' bytes, which keeps the model's state; the bytes are the
 * caller's. Errors are exceptions.
 */
export async function main(peer) {
  try {
    process.stdout.write(JSON.stringify(await run(peer, process.argv.slice(2))) + '\n');
  } catch (error) {
    process.stderr.write(String(error.message ?? error).replace(/\s+/g, ' ').trim() + '\n');
    process.exitCode = 1;
  }
}
