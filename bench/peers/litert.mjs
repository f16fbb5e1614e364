// LiteRT.js: TensorFlow Lite's successor with a newer XNNPACK, as WebAssembly with relaxed SIMD, on one thread.
import fs from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';

import {describe, main, packageFile, runScript} from './runner.mjs';

const NAME = '@litertjs/core';
const INT8 = 9;  // Among TensorFlow Lite's element types.
const TYPES = {int32: Int32Array, uint8: Uint8Array, int8: Int8Array, float32: Float32Array};

// The package loads its module as a worker of a browser does: with importScripts().
function beWorker(silence) {
  globalThis.self = globalThis;
  globalThis.importScripts = url => {
    const file = packageFile(NAME, `wasm/${path.basename(String(url))}`);
    runScript(file, vm);
    globalThis.Module = {wasmBinary: fs.readFileSync(file.replace(/\.js$/, '.wasm')), print: silence, printErr: silence};
  };
}

// The package's list of element types has none of a byte with a sign, which its WebAssembly takes. The list is the array
// that it freezes while it loads.
async function importWithInt8(file) {
  const freeze = Object.freeze;
  Object.freeze = list => {
    const isTypes = Array.isArray(list) && list.some(type => type.typedArrayConstructor === Uint8Array);
    return freeze(isTypes ? [...list, {dtype: 'int8', typedArrayConstructor: Int8Array, elementType: INT8}] : list);
  };
  try {
    return await import(file);
  } finally {
    Object.freeze = freeze;
  }
}

async function open(bytes, inputCount) {
  const said = [];
  const listen = line => {
    const found = /^ERROR: (?:\[[^\]]*\] )?(.*)/.exec(line);
    if (found) said.push(found[1]);
  };
  console.warn = () => {};  // That there is no WebGPU.
  beWorker(listen);
  const {Tensor, loadAndCompile, loadLiteRt} = await importWithInt8(packageFile(NAME, 'dist/index.js'));
  await loadLiteRt(packageFile(NAME, 'wasm/'));
  let model;
  try {
    model = await loadAndCompile(bytes, {accelerator: 'wasm', cpuOptions: {numThreads: 1}});
  } catch (error) {
    throw new Error([error.message, ...said].join('; '));
  }
  const details = model.getInputDetails();
  if (details.length !== inputCount) throw new Error(`the model has ${details.length} inputs, not ${inputCount}`);
  // A dimension that the model leaves open is that of the batch: one.
  const shapes = details.map(({shape}) => shape.map(size => Math.max(size, 1)));
  return async frame => {
    const inputs = details.map(({dtype}, i) => new Tensor(new TYPES[dtype](frame[i].buffer), shapes[i]));
    const outputs = await model.run(inputs);
    const results = outputs.map(output => {
      const data = output.toTypedArray();
      return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
    });
    for (const tensor of [...inputs, ...outputs]) tensor.delete();
    return results;
  };
}

await main({describe: () => describe(NAME), open});
