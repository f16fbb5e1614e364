// tfjs-tflite: TensorFlow Lite's interpreter and XNNPACK as WebAssembly with SIMD, built for one thread.
import fs from 'node:fs';
import {createRequire} from 'node:module';

import {describe, main, packageFile} from './runner.mjs';

const NAME = '@tensorflow/tfjs-tflite';
const MODULE = 'wasm/tflite_web_api_cc_simd';

const said = [];  // By TensorFlow Lite, of errors.

async function open(bytes, inputCount) {
  const factory = createRequire(import.meta.url)(packageFile(NAME, `${MODULE}.js`));
  const listen = line => line.startsWith('ERROR: ') && said.push(line.slice('ERROR: '.length));
  const library = await factory(
    {wasmBinary: fs.readFileSync(packageFile(NAME, `${MODULE}.wasm`)), print: listen, printErr: listen});
  const address = library._malloc(bytes.length);
  library.HEAPU8.set(bytes, address);
  const created = library.TFLiteWebModelRunner.CreateFromBufferAndOptions(
    address, bytes.length, {numThreads: 1, enableProfiling: false, maxProfilingBufferEntries: 1});
  if (!created.ok()) throw new Error([created.errorMessage(), ...said].join('; '));
  const runner = created.value();
  const tensors = (list, old = []) => {
    for (const tensor of old) tensor.delete();
    const found = Array.from({length: list.size()}, (_, i) => list.get(i));
    list.delete();
    return found;
  };
  // The memory may grow and move, so that views are made anew for every use.
  const view = tensor => {
    const data = tensor.data();
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  };
  let inputs = tensors(runner.GetInputs());
  if (inputs.length !== inputCount) throw new Error(`the model has ${inputs.length} inputs, not ${inputCount}`);
  let outputs = tensors(runner.GetOutputs());
  // Each knows the address that its tensor had when it was asked for. An output whose shape is known only while running
  // has none before; then all tensors may move with every inference.
  const moves = outputs.some(output => output.data().byteOffset === 0);
  return frame => {
    if (moves) inputs = tensors(runner.GetInputs(), inputs);
    for (const [i, input] of inputs.entries()) view(input).set(frame[i]);
    if (!runner.Infer()) throw new Error(['the inference failed', ...said].join('; '));
    if (moves) outputs = tensors(runner.GetOutputs(), outputs);
    return outputs.map(output => view(output).slice());
  };
}

await main({describe: () => describe(NAME), open});
