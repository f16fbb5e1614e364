// Arm NN with its TensorFlow Lite parser, with the words and the report of the other peers (runner.mjs):
//
//   armnn_peer --describe
//   armnn_peer MODEL [--steps N] [--repeat R] --output-dir DIR --input FILE...
#include <algorithm>
#include <armnn/ArmNN.hpp>
#include <armnn/BackendRegistry.hpp>
#include <armnnTfLiteParser/ITfLiteParser.hpp>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using Bytes = std::vector<char>;

struct Arguments {
  bool describe = false;
  std::string model{};
  std::string output_dir{};
  std::vector<std::string> inputs{};
  std::size_t steps = 1;
  std::size_t repeat = 0;
};

std::size_t positive(const std::string& text, const std::string& name) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value == 0) {
    throw std::runtime_error(name + " takes a number from 1, not '" + text + "'");
  }
  return value;
}

Arguments parse(const std::vector<std::string>& words) {
  Arguments arguments;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--describe") {
      arguments.describe = true;
      continue;
    }
    if (!word.starts_with("--")) {
      arguments.model = word;
      continue;
    }
    if (++i == words.size()) throw std::runtime_error(word + " takes a value");
    if (word == "--steps") {
      arguments.steps = positive(words[i], word);
    } else if (word == "--repeat") {
      arguments.repeat = positive(words[i], word);
    } else if (word == "--output-dir") {
      arguments.output_dir = words[i];
    } else if (word == "--input") {
      arguments.inputs.push_back(words[i]);
    } else {
      throw std::runtime_error("no option is called '" + word + "'");
    }
  }
  if (!arguments.describe && (arguments.model.empty() || arguments.output_dir.empty())) {
    throw std::runtime_error("it takes a MODEL and --output-dir");
  }
  return arguments;
}

Bytes read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  Bytes bytes{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw std::runtime_error("cannot read " + path);
  return bytes;
}

// The kernels for Arm's processors where the library has them, else its reference.
armnn::BackendId backend() {
  const armnn::BackendId fast = armnn::Compute::CpuAcc;
  return armnn::BackendRegistryInstance().IsBackendRegistered(fast) ? fast : armnn::BackendId(armnn::Compute::CpuRef);
}

// A tensor of the network: its number for Arm NN, and the bytes of one frame.
struct Binding {
  armnn::LayerBindingId id;
  armnn::TensorInfo info;
  Bytes bytes;
};

class Network {
 public:
  explicit Network(const std::string& path) : runtime_(armnn::IRuntime::Create({})) {
    const auto parser = armnnTfLiteParser::ITfLiteParser::Create();
    const armnn::INetworkPtr network = parser->CreateNetworkFromBinaryFile(path.c_str());
    for (const std::string& name : parser->GetSubgraphInputTensorNames(0)) {
      bind(inputs_, parser->GetNetworkInputBindingInfo(0, name));
    }
    for (const std::string& name : parser->GetSubgraphOutputTensorNames(0)) {
      bind(outputs_, parser->GetNetworkOutputBindingInfo(0, name));
    }
    std::vector<std::string> messages;
    armnn::IOptimizedNetworkPtr optimized =
        armnn::Optimize(*network, {backend(), armnn::Compute::CpuRef}, runtime_->GetDeviceSpec(), {}, messages);
    std::string said;
    if (!optimized || runtime_->LoadNetwork(id_, std::move(optimized), said) != armnn::Status::Success) {
      for (const std::string& message : messages) said += (said.empty() ? "" : "; ") + message;
      throw std::runtime_error(said.empty() ? "the network cannot be loaded" : said);
    }
    // The buffers stay where they are from here on.
    for (Binding& input : inputs_) {
      input_tensors_.emplace_back(input.id, armnn::ConstTensor(input.info, input.bytes.data()));
    }
    for (Binding& output : outputs_) {
      output_tensors_.emplace_back(output.id, armnn::Tensor(output.info, output.bytes.data()));
    }
  }

  std::size_t inputs() const { return inputs_.size(); }
  std::size_t input_bytes(std::size_t index) const { return inputs_[index].bytes.size(); }

  // One frame; the outputs' bytes.
  std::vector<Bytes> infer(const std::vector<Bytes>& frame) {
    for (std::size_t i = 0; i < frame.size(); ++i) std::ranges::copy(frame[i], inputs_[i].bytes.begin());
    if (runtime_->EnqueueWorkload(id_, input_tensors_, output_tensors_) != armnn::Status::Success) {
      throw std::runtime_error("the inference failed");
    }
    std::vector<Bytes> results;
    results.reserve(outputs_.size());
    for (const Binding& output : outputs_) results.push_back(output.bytes);
    return results;
  }

 private:
  static void bind(std::vector<Binding>& bindings, const armnnTfLiteParser::BindingPointInfo& point) {
    bindings.push_back({point.first, point.second, Bytes(point.second.GetNumBytes())});
  }

  armnn::IRuntimePtr runtime_;
  armnn::NetworkId id_ = 0;
  std::vector<Binding> inputs_;
  std::vector<Binding> outputs_;
  armnn::InputTensors input_tensors_;
  armnn::OutputTensors output_tensors_;
};

std::vector<std::vector<Bytes>> read_frames(const Arguments& arguments, const Network& network) {
  if (arguments.inputs.size() != network.inputs()) {
    throw std::runtime_error("the model has " + std::to_string(network.inputs()) + " inputs, not " +
                             std::to_string(arguments.inputs.size()));
  }
  std::vector<std::vector<Bytes>> frames(arguments.steps);
  for (std::size_t i = 0; i < arguments.inputs.size(); ++i) {
    const Bytes bytes = read(arguments.inputs[i]);
    const std::size_t size = network.input_bytes(i);
    if (bytes.size() != size * arguments.steps) {
      throw std::runtime_error("input " + std::to_string(i) + " has " + std::to_string(bytes.size()) +
                               " bytes, but a frame has " + std::to_string(size));
    }
    for (std::size_t step = 0; step < arguments.steps; ++step) {
      const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(step * size);
      frames[step].emplace_back(begin, begin + static_cast<std::ptrdiff_t>(size));
    }
  }
  return frames;
}

void write_outputs(const std::string& folder, const std::vector<std::vector<Bytes>>& steps) {
  std::filesystem::create_directories(folder);
  for (std::size_t i = 0; i < steps.front().size(); ++i) {
    const std::filesystem::path path = std::filesystem::path(folder) / ("out" + std::to_string(i) + ".bin");
    std::ofstream file(path, std::ios::binary);
    for (const std::vector<Bytes>& step : steps) {
      file.write(step[i].data(), static_cast<std::streamsize>(step[i].size()));
    }
    if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
  }
}

// What a run of all frames gave.
struct FramesRun {
  std::vector<std::vector<Bytes>> outputs;  // By frame and number.
  double seconds = 0;
};

FramesRun run_frames(Network& network, const std::vector<std::vector<Bytes>>& frames) {
  FramesRun run;
  for (const std::vector<Bytes>& frame : frames) {
    const auto began = std::chrono::steady_clock::now();
    std::vector<Bytes> outputs = network.infer(frame);
    run.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    run.outputs.push_back(std::move(outputs));
  }
  return run;
}

void run(const Arguments& arguments) {
  if (arguments.describe) {
    std::printf("{\"version\":\"Arm NN library %s, %s\"}\n", ARMNN_VERSION, backend().Get().c_str());
    return;
  }
  Network network(arguments.model);
  const auto frames = read_frames(arguments, network);
  const FramesRun first = run_frames(network, frames);
  write_outputs(arguments.output_dir, first.outputs);
  std::vector<double> seconds;
  seconds.reserve(arguments.repeat);
  for (std::size_t i = 0; i < arguments.repeat; ++i) seconds.push_back(run_frames(network, frames).seconds);
  if (seconds.empty()) seconds.push_back(first.seconds);
  const auto middle = seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2);
  std::ranges::nth_element(seconds, middle);
  std::printf("{\"inference_seconds\":%.9g}\n", *middle);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    armnn::ConfigureLogging(false, false, armnn::LogSeverity::Fatal);
    run(parse({argv + 1, argv + argc}));
    return 0;
  } catch (const std::exception& error) {
    std::string sentence = error.what();
    std::ranges::replace(sentence, '\n', ' ');
    static_cast<void>(std::fprintf(stderr, "%s\n", sentence.c_str()));
    return 1;
  }
}
